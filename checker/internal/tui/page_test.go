package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

func TestPage_ScrollsAndQuits(t *testing.T) {
	t.Parallel()
	var m tea.Model = newPage("0 · A tour", "# A tour\n\nFirst.\n"+strings.Repeat("\n- item", 40)+"\n\nLast.", newTheme(true, true))
	var cmd tea.Cmd
	press := func(name string) {
		key, err := keyNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		m, cmd = m.Update(key)
	}
	screen := func() string { return ansi.Strip(m.View().Content) }

	m, _ = m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	if s := screen(); !strings.Contains(s, "First.") || strings.Count(s, "A tour") != 1 {
		t.Errorf("the top of the page, with its title once, is not on screen:\n%s", s)
	}
	press("G")
	if s := screen(); !strings.Contains(s, "Last.") {
		t.Errorf("the end of the page is not on screen after G:\n%s", s)
	}
	press("q")
	if cmd == nil {
		t.Error("q does not quit")
	}
}

func TestMarkdown_LocalLink_ShowsPathFromTheRoot(t *testing.T) {
	t.Parallel()
	out := newTheme(true, true).markdown("Read the [primer](../../docs/primer.md#sagas) first.", 80)
	if !strings.Contains(out, "Read the primer (docs/primer.md) first.") {
		t.Errorf("got %q", out)
	}
}

func TestMarkdown_CodeBlock_HasNoTabs(t *testing.T) {
	t.Parallel()
	if out := newTheme(true, true).markdown("```diff\n-\tone\n```\n", 80); strings.Contains(out, "\t") {
		t.Errorf("a tab moves the rest of a line out of the viewport: %q", out)
	}
}

func TestChecks_UnderCursor_WholeSentence(t *testing.T) {
	t.Parallel()
	sentence := strings.Repeat("word ", 20) + "end"
	c := checkState{info: CheckInfo{ID: "x", Sentence: sentence}}
	c.result = unjudged(c.info)
	row := ansi.Strip(checkRow(newTheme(true, true), c, true, "", t0, 80))
	if !strings.Contains(row, "end") {
		t.Errorf("the sentence is cut:\n%s", row)
	}
	for line := range strings.SplitSeq(row, "\n") {
		if ansi.StringWidth(line) > 80 {
			t.Errorf("wider than 80: %q", line)
		}
	}
}
