package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// frame lays out a screen of exactly height lines, none wider than width: header, tabs, body, status, keys.
// When there is little room the body keeps what is left and the chrome goes first.
type frame struct {
	header, tabs string
	body         string
	status, keys string
}

// chrome is the number of lines around the body.
const chrome = 5

// bodySize returns the room for a body in a terminal of this size, never less than one cell.
func bodySize(width, height int) (int, int) {
	return max(width, 1), max(height-chrome, 1)
}

func (f frame) render(t theme, width, height int) string {
	_, room := bodySize(width, height)
	lines := []string{f.header, f.tabs, t.dim.Render(strings.Repeat("─", max(width, 0)))}
	lines = append(lines, fit(f.body, room)...)
	lines = append(lines, f.status, f.keys)
	if len(lines) > height {
		lines = append(lines[:1:1], lines[len(lines)-max(height-1, 0):]...)
		lines = lines[:max(height, 0)]
	}
	for i, line := range lines {
		lines[i] = ansi.Truncate(line, width, "…")
	}
	return strings.Join(lines, "\n")
}

// fit cuts or fills text to n lines.
func fit(text string, n int) []string {
	lines := strings.Split(text, "\n")
	if len(lines) > n {
		return lines[:n]
	}
	for len(lines) < n {
		lines = append(lines, "")
	}
	return lines
}

// spread puts left and right at the two ends of a line; right gives way when there is no room for both.
func spread(left, right string, width int) string {
	gap := width - ansi.StringWidth(left) - ansi.StringWidth(right)
	if gap < 1 {
		return left
	}
	return left + strings.Repeat(" ", gap) + right
}

// wrap breaks text at words to width and indents every line.
func wrap(text string, width, indent int) string {
	pad := strings.Repeat(" ", indent)
	var out []string
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		for part := range strings.SplitSeq(ansi.Wrap(line, max(width-indent, 8), " /,"), "\n") {
			out = append(out, pad+part)
		}
	}
	return strings.Join(out, "\n")
}
