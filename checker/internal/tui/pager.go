package tui

import (
	"strings"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"
)

// pager shows a text over the lesson: a check's evidence, a hint, the diff, the solution, help.
type pager struct {
	title string
	view  viewport.Model
	// render makes the text for a width.
	render func(t theme, width int) string
	check  string // the check that it is about, if any
	next   int    // the lesson that enter opens, if any
	live   bool   // it shows that check's evidence and follows the run
}

func newPager(title string, render func(theme, int) string) pager {
	return pager{title: title, render: render, view: newViewport()}
}

// newViewport is a viewport whose keys do not collide with ours.
func newViewport() viewport.Model {
	v := viewport.New()
	v.KeyMap.HalfPageDown.SetEnabled(false) // d is diff
	v.KeyMap.HalfPageUp.SetEnabled(false)
	v.KeyMap.PageDown.SetKeys("pgdown", "space")
	v.KeyMap.PageUp.SetKeys("pgup")
	v.KeyMap.Left.SetKeys("left")
	v.KeyMap.Right.SetKeys("right")
	return v
}

// layout renders the text for a size and keeps the place.
func (p pager) layout(t theme, width, height int) pager {
	p.view = fill(p.view, p.render(t, width), width, height)
	return p
}

func (p pager) update(msg tea.KeyPressMsg) pager {
	p.view = scroll(p.view, msg)
	return p
}

// fill puts text into a viewport of a size, keeping the place where the reader was.
func fill(v viewport.Model, text string, width, height int) viewport.Model {
	at := v.YOffset()
	v.SetWidth(width)
	v.SetHeight(height)
	v.SetContent(text)
	v.SetYOffset(at)
	return v
}

func scroll(v viewport.Model, msg tea.KeyPressMsg) viewport.Model {
	switch msg.String() {
	case "g", "home":
		v.GotoTop()
	case "G", "end":
		v.GotoBottom()
	default:
		v, _ = v.Update(msg)
	}
	return v
}

// colourDiff tints a unified diff.
func colourDiff(t theme, diff string) string {
	if strings.TrimSpace(diff) == "" {
		return " Your code is the same as the reference."
	}
	lines := strings.Split(strings.TrimRight(diff, "\n"), "\n")
	for i, line := range lines {
		line = strings.ReplaceAll(line, "\t", "    ")
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
			line = t.title.Render(line)
		case strings.HasPrefix(line, "+"):
			line = t.good.Render(line)
		case strings.HasPrefix(line, "-"):
			line = t.bad.Render(line)
		case strings.HasPrefix(line, "@@"):
			line = t.accent.Render(line)
		}
		lines[i] = " " + line
	}
	return strings.Join(lines, "\n")
}
