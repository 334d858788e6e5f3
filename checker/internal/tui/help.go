package tui

import "strings"

// helpView lists every key, and what the signs mean.
func helpView(t theme, width int) string {
	var b strings.Builder
	b.WriteString("\n")
	for _, k := range long {
		label := k.key.Help().Key
		pad := strings.Repeat(" ", max(8-len([]rune(label)), 1))
		b.WriteString("   " + t.accent.Render(label) + pad + strings.TrimSpace(wrap(k.text, width-1, 11)) + "\n")
	}
	b.WriteString("\n   " + t.good.Render("✓") + " pass   " + t.bad.Render("✗") + " fail   " +
		t.warn.Render("?") + " could not be judged, never your fault   · not run\n")
	return b.String()
}
