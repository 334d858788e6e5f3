package tui

import (
	"strings"

	"charm.land/glamour/v2"
	"charm.land/glamour/v2/styles"
	"github.com/charmbracelet/x/ansi"
)

// measure is the longest line of prose that reads well.
const measure = 100

// Markdown renders prose in colour for plain output on a terminal.
func Markdown(source string, width int) string { return newTheme(true, false).markdown(source, width) }

// markdown renders prose for a width. What Glamour cannot render is shown as it was written.
func (t theme) markdown(source string, width int) string {
	style := styles.LightStyleConfig
	switch {
	case t.plain:
		style = styles.NoTTYStyleConfig
	case t.dark:
		style = styles.DarkStyleConfig
	}
	margin := uint(1)
	style.Document.Margin = &margin
	style.H2.Prefix, style.H3.Prefix, style.H4.Prefix = "", "", ""
	r, err := glamour.NewTermRenderer(glamour.WithStyles(style), glamour.WithWordWrap(max(min(width, measure)-2, 10)))
	if err != nil {
		return source
	}
	out, err := r.Render(source)
	if err != nil {
		return source
	}
	lines := strings.Split(strings.Trim(out, "\n"), "\n")
	for i, line := range lines {
		lines[i] = trimRight(line)
	}
	return strings.Join(lines, "\n")
}

// trimRight takes away the spaces with which Glamour fills a line; escape sequences stay.
func trimRight(line string) string {
	return ansi.Truncate(line, ansi.StringWidth(strings.TrimRight(ansi.Strip(line), " ")), "")
}
