package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"stagecraft/checker/internal/check"
)

// openCheck shows the evidence of the check under the cursor.
func (m Model) openCheck() Model {
	if m.cursor >= len(m.attempt.checks) {
		return m
	}
	p := checkPager(m.attempt.checks[m.cursor])
	m.overlay = &p
	return m.layout()
}

func checkPager(c checkState) pager {
	p := newPager("Check", func(t theme, width int) string { return resultView(t, c, width) })
	p.check, p.live = c.info.ID, true
	return p
}

// refreshCheck keeps the evidence on screen up to date while its check runs.
func (m Model) refreshCheck() Model {
	if m.overlay == nil || !m.overlay.live {
		return m
	}
	for _, c := range m.attempt.checks {
		if c.info.ID == m.overlay.check {
			p := checkPager(c)
			p.view = m.overlay.view
			m.overlay = &p
		}
	}
	return m.layout()
}

// hint asks for the next hint on a check; an empty id means the one under the cursor if it fails, else the first that fails.
func (m Model) hint(id string) tea.Cmd {
	if id == "" {
		id = m.hinted()
	}
	if id == "" {
		return notice("hints are about a failing check: run the checks first (r)")
	}
	number, level := m.lesson.Number, m.hints[id]+1
	return func() tea.Msg {
		text, of, err := m.session.workshop.Hint(number, id, level)
		if err != nil {
			return faultMsg{err}
		}
		level := min(level, of)
		p := newPager(fmt.Sprintf("Hint %d of %d", level, of), func(t theme, width int) string {
			out := "\n" + t.markdown(text, width)
			if level < of {
				return out + "\n\n   " + t.accent.Render("h") + t.dim.Render(" for a stronger one")
			}
			return out
		})
		p.check = id
		return overlayMsg{pager: p, level: level}
	}
}

func (m Model) hinted() string {
	if m.cursor < len(m.attempt.checks) {
		if c := m.attempt.checks[m.cursor]; c.result.Verdict == check.Fail || c.result.Verdict == check.BuildError {
			return c.info.ID
		}
	}
	if failing := m.attempt.failing(); len(failing) > 0 {
		return failing[0]
	}
	return ""
}

func (m Model) diff() tea.Cmd {
	number := m.lesson.Number
	return func() tea.Msg {
		text, err := m.session.workshop.Diff(number)
		if err != nil {
			return faultMsg{err}
		}
		return overlayMsg{pager: newPager("Your code against the reference", func(t theme, _ int) string { return colourDiff(t, text) })}
	}
}

func (m Model) solution() tea.Cmd {
	number := m.lesson.Number
	return func() tea.Msg {
		text, err := m.session.workshop.Solution(number)
		if err != nil {
			return faultMsg{err}
		}
		return overlayMsg{pager: newPager("The reference", func(t theme, width int) string { return t.markdown(text, width) })}
	}
}

func (m Model) browse() tea.Cmd {
	number := m.lesson.Number
	return func() tea.Msg {
		place, err := m.session.workshop.Browse(number)
		if err != nil {
			return faultMsg{err}
		}
		return noticeMsg{"opened " + place}
	}
}

func notice(text string) tea.Cmd {
	return func() tea.Msg { return noticeMsg{text} }
}
