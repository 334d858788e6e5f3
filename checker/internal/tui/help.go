package tui

import "strings"

// helpView lists every key, and what the signs mean.
func helpView(t theme, width int) string {
	var b strings.Builder
	b.WriteString("\n")
	for _, k := range []binding{kRun, kWatch, kHint, kDiff, kSolution, kBrowse, kStop, kMove, kTab, kService, kOpen, kBack, kHelp, kQuit} {
		pad := strings.Repeat(" ", max(8-len([]rune(k.key)), 1))
		b.WriteString("   " + t.accent.Render(k.key) + pad + strings.TrimSpace(wrap(k.long, width-1, 11)) + "\n")
	}
	b.WriteString("\n   " + t.good.Render("✓") + " pass   " + t.bad.Render("✗") + " fail   " +
		t.warn.Render("?") + " could not be judged, never your fault   · not run\n")
	return b.String()
}
