package tui

import (
	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// The keys of the interface. The short help is for the bottom line, long for the help page.
var (
	kOpen     = bind("open", "enter")
	kMove     = shown("↑↓", "move", "up", "down", "j", "k", "pgup", "pgdown", "g", "G", "home", "end")
	kSide     = shown("←→", "sideways", "left", "right")
	kNextTab  = bind("tabs", "tab")
	kPrevTab  = bind("previous tab", "shift+tab")
	kTabs     = shown("1-4", "tab", "1", "2", "3", "4")
	kRun      = bind("run", "r")
	kWatch    = bind("watch", "w")
	kHint     = bind("hint", "h")
	kDiff     = bind("diff", "d")
	kSolution = bind("solution", "s")
	kEvidence = bind("evidence", "e")
	kTimeline = bind("timeline", "t")
	kBrowse   = bind("browser", "o")
	kStop     = bind("stop", "x")
	kBack     = shown("esc", "back", "esc", "backspace")
	kHelp     = bind("help", "?")
	kQuit     = bind("quit", "q")
	kService  = shown("←→", "service", "left", "right")
	kEnter    = shown("enter", "evidence", "enter")
)

// long says what each key does, in the order of the help page.
var long = []struct {
	key  key.Binding
	text string
}{
	{kRun, "run the checks"},
	{kWatch, "run the checks at every save, the last failing first"},
	{kHint, "a hint for the failing check; press again for a stronger one"},
	{kEvidence, "the evidence of the failing check: steps, log lines, how to repeat it"},
	{kTimeline, "the timeline of the last run"},
	{kDiff, "what you have changed since the start"},
	{kSolution, "the reference, after a pass or after you said yes"},
	{kBrowse, "open the lesson in the browser; from the other tabs the last run"},
	{kStop, "stop the run"},
	{kMove, "move or scroll; also j k, pgup pgdn, g G"},
	{kSide, "scroll wide code and diagrams; in the logs: another service"},
	{kNextTab, "next tab; shift+tab: previous; 1 to 4: lesson, checks, timeline, logs"},
	{kOpen, "open the lesson, or the check under the cursor"},
	{kBack, "one level up"},
	{kHelp, "this page"},
	{kQuit, "quit, as does ctrl+c; what runs is stopped"},
}

func bind(help, name string) key.Binding { return shown(name, help, name) }

func shown(label, help string, names ...string) key.Binding {
	return key.NewBinding(key.WithKeys(names...), key.WithHelp(label, help))
}

func pressed(msg tea.KeyPressMsg, keys ...key.Binding) bool { return key.Matches(msg, keys...) }

// keyLine is the bottom line: as many keys as fit into width. Help stands first, because it leads to the others.
func (t theme) keyLine(width int, keys ...key.Binding) string {
	return t.pageKeys(width, append([]key.Binding{kHelp}, keys...)...)
}

// pageKeys is the bottom line of a page without help.
func (t theme) pageKeys(width int, keys ...key.Binding) string {
	h := help.New()
	h.ShortSeparator = "  "
	h.Styles.ShortKey, h.Styles.ShortDesc, h.Styles.ShortSeparator, h.Styles.Ellipsis = t.accent, t.dim, t.dim, t.dim
	h.SetWidth(max(width-1, 1))
	return " " + h.ShortHelpView(keys)
}
