package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// tryText lays out what to try. Commands stay good for copying: where one does not fit it goes on after a backslash.
func tryText(lines []string, width int) string {
	var out []string
	for _, line := range lines {
		line = printable(line)
		if strings.HasPrefix(line, "curl ") {
			out = append(out, continued(line, width)...)
			continue
		}
		out = append(out, strings.Split(wrap(line, width-1, 1), "\n")...)
	}
	return strings.Join(out, "\n")
}

// continued breaks a shell command between its arguments.
func continued(command string, width int) []string {
	var out []string
	line := ""
	for _, word := range arguments(command) {
		switch {
		case line == "":
			line = word
			continue
		case ansi.StringWidth(line)+1+ansi.StringWidth(word)+2 > width:
			out = append(out, line+" \\")
			line = "  " + word
		default:
			line += " " + word
		}
		for ansi.StringWidth(line) > width-2 && strings.HasSuffix(line, "'") && width > 20 {
			// Within single quotes nothing may be added: end them, go on in the first column, open them again.
			out = append(out, line[:width-2]+"'\\")
			line = "'" + line[width-2:]
		}
	}
	return append(out, line, "")
}

// arguments splits a command at the spaces outside quotes and leaves the quotes in place.
func arguments(command string) []string {
	var quote rune
	return strings.FieldsFunc(command, func(r rune) bool {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		}
		return quote == 0 && r == ' '
	})
}
