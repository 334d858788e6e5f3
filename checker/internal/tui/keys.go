package tui

import "strings"

// binding is a key with what it does, for the bottom line and the help page.
type binding struct{ key, short, long string }

var (
	kOpen     = binding{"enter", "open", "open the lesson, or the check under the cursor"}
	kMove     = binding{"↑↓", "move", "move, or scroll (also j k, pgup pgdn, g G)"}
	kTab      = binding{"tab", "tabs", "next tab (shift+tab: previous; 1 to 4: lesson, checks, timeline, logs)"}
	kRun      = binding{"r", "run", "run the checks"}
	kWatch    = binding{"w", "watch", "run the checks at every save, the last failing first"}
	kHint     = binding{"h", "hint", "a hint for the failing check; press again for a stronger one"}
	kDiff     = binding{"d", "diff", "your code against the reference"}
	kSolution = binding{"s", "solution", "the reference, after a pass or after you said yes"}
	kBrowse   = binding{"o", "browser", "open the last run as a page in the browser"}
	kStop     = binding{"x", "stop", "stop the run"}
	kBack     = binding{"esc", "back", "back"}
	kHelp     = binding{"?", "help", "this page"}
	kEvidence = binding{"enter", "evidence", "the evidence of the check under the cursor"}
	kQuit     = binding{"q", "quit", "quit (also ctrl+c); what runs is stopped"}
	kService  = binding{"←→", "service", "the previous or next service in the logs"}
)

// keyLine renders as many bindings as fit into width; the last one always comes along, because it leads to the others.
func (t theme) keyLine(width int, keys ...binding) string {
	if len(keys) == 0 {
		return ""
	}
	last := keys[len(keys)-1]
	used := last.width() + 1
	var line strings.Builder
	for _, k := range keys[:len(keys)-1] {
		if used += k.width(); used > width {
			break
		}
		line.WriteString(t.binding(k))
	}
	return line.String() + t.binding(last)
}

func (k binding) width() int { return len([]rune(k.key)) + len([]rune(k.short)) + 3 }

func (t theme) binding(k binding) string {
	return " " + t.accent.Render(k.key) + " " + t.dim.Render(k.short) + " "
}
