package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestMarkdown_CodeBlock_KeepsItsLines(t *testing.T) {
	t.Parallel()
	long := "order " + strings.Repeat("─", 90) + "▶ wallet"
	out := newTheme(true, true).markdown("Text.\n\n```\n"+long+"\n  short\n```\n\nMore.\n", 80)
	if !strings.Contains(out, long) {
		t.Errorf("a line of a diagram was broken:\n%s", out)
	}
}

func TestMarkdown_ListItem_HangsAndReflows(t *testing.T) {
	t.Parallel()
	source := "- first one two three four five six\nseven eight nine ten eleven twelve thirteen\n  fourteen\n- second\n\n1. numbered item that is long enough to need a second line\n"
	out := newTheme(true, true).markdown(source, 40)
	lines := strings.Split(out, "\n")
	if !strings.HasPrefix(lines[0], " • first") || !strings.HasPrefix(lines[1], "   ") {
		t.Errorf("the second line does not hang:\n%s", out)
	}
	for _, line := range lines {
		if ansi.StringWidth(line) > 40 {
			t.Errorf("wider than 40: %q", line)
		}
	}
	if strings.Contains(out, "six\n   seven eight nine ten eleven twelve thirteen\n   fourteen") {
		t.Errorf("the item keeps the line breaks of its source:\n%s", out)
	}
	if !strings.Contains(out, "\n • second") {
		t.Errorf("a tight list was spread:\n%s", out)
	}
}

// Every lesson must be readable at 80 columns: only code, diagrams and tables may be wider.
func TestMarkdown_LessonsAt80_ProseFits(t *testing.T) {
	t.Parallel()
	lessons, err := filepath.Glob("../../../lessons/*/lesson.md")
	if err != nil || len(lessons) == 0 {
		t.Fatalf("no lessons found: %v", err)
	}
	for _, path := range lessons {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(source), "\n---\n")
		for _, b := range splitBlocks(body) {
			if b.kind == fenced {
				continue
			}
			for line := range strings.SplitSeq(newTheme(true, true).markdown(b.text, 80), "\n") {
				if ansi.StringWidth(line) > 80 {
					t.Errorf("%s: wider than 80 columns: %q", path, line)
				}
			}
		}
	}
}
