package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// catalogue is the list of lessons with a cursor.
type catalogue struct {
	lessons []Lesson
	cursor  int
}

// selected returns the lesson under the cursor; ok is false when there is none.
func (c catalogue) selected() (Lesson, bool) {
	if c.cursor < 0 || c.cursor >= len(c.lessons) {
		return Lesson{}, false
	}
	return c.lessons[c.cursor], true
}

// at moves the cursor to the lesson with this number, when it exists.
func (c catalogue) at(number int) catalogue {
	for i, l := range c.lessons {
		if l.Number == number {
			c.cursor = i
		}
	}
	return c
}

// update moves the cursor.
func (c catalogue) update(key tea.KeyPressMsg, page int) catalogue {
	c.cursor = move(key.String(), c.cursor, len(c.lessons), page)
	return c
}

// move returns where a key takes a cursor in a list of n.
func move(key string, at, n, page int) int {
	switch key {
	case "up", "k":
		at--
	case "down", "j":
		at++
	case "pgup":
		at -= page
	case "pgdown", "space":
		at += page
	case "home", "g":
		at = 0
	case "end", "G":
		at = n - 1
	}
	return max(0, min(at, n-1))
}

// view lists the lessons by stage and tells about the one under the cursor below.
func (c catalogue) view(t theme, width, height int) string {
	if len(c.lessons) == 0 {
		return t.dim.Render(" there are no lessons in this repository yet")
	}
	var lines []string
	row := 0
	stage := ""
	for i, l := range c.lessons {
		planned := l.State == Planned && strings.HasPrefix(stage, l.Stage) // its stage may have only a number yet
		if l.Stage != stage && !planned {
			stage = l.Stage
			lines = append(lines, t.dim.Render(" "+stage))
		}
		if i == c.cursor {
			row = len(lines)
		}
		lines = append(lines, c.row(t, l, i == c.cursor, width))
	}
	detail := c.detail(t, width)
	room := max(height-len(detail), 1)
	lines = window(lines, row, room)
	return strings.Join(append(fit(strings.Join(lines, "\n"), room), detail...), "\n")
}

func (c catalogue) row(t theme, l Lesson, on bool, width int) string {
	sign := " "
	switch l.State {
	case Passed:
		sign = t.good.Render("✓")
	case Started:
		sign = t.warn.Render("›")
	}
	left := fmt.Sprintf("%3d  %s", l.Number, l.Title)
	right := fmt.Sprintf("%s · %d min ", l.Kind, l.Minutes)
	if l.State == Planned {
		left, right = t.dim.Render(left), "planned "
	}
	left = ansi.Truncate(left, max(width-5-ansi.StringWidth(right), 12), "…")
	if on {
		return t.cursor.Render(" ▸") + sign + t.cursor.Render(spread(left, right, width-4))
	}
	return "  " + sign + spread(left, t.dim.Render(right), width-4)
}

// detail is what the lines below the list say about the lesson under the cursor.
func (c catalogue) detail(t theme, width int) []string {
	l, ok := c.selected()
	if !ok {
		return nil
	}
	if l.State == Planned {
		return []string{"", t.dim.Render(" planned, not written yet"), ""}
	}
	needs := "no servers"
	if l.Needs != "" {
		needs = l.Needs
	}
	place := "not started; enter makes your copy"
	if l.Workspace != "" {
		place = "your copy: " + l.Workspace
	}
	about := fmt.Sprintf(" %d checks · %s · %s", len(l.Checks), needs, strings.Join(l.Topics, ", "))
	return []string{"", t.dim.Render(ansi.Truncate(about, width, "…")), t.dim.Render(" " + place)}
}

// window returns the n lines around row.
func window(lines []string, row, n int) []string {
	if len(lines) <= n {
		return lines
	}
	from := max(0, min(row-n/2, len(lines)-n))
	return lines[from : from+n]
}

// done counts the lessons that passed.
func (c catalogue) done() int {
	n := 0
	for _, l := range c.lessons {
		if l.State == Passed {
			n++
		}
	}
	return n
}

// written counts the lessons that are not only planned.
func (c catalogue) written() int {
	n := 0
	for _, l := range c.lessons {
		if l.State != Planned {
			n++
		}
	}
	return n
}
