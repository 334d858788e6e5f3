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

// openEvidence shows the evidence of the failing check: the one under the cursor if it failed, else the first that did.
func (m Model) openEvidence() (tea.Model, tea.Cmd) {
	id := m.hinted()
	for i, c := range m.attempt.checks {
		if c.info.ID == id {
			m.cursor = i
			return m.openCheck(), nil
		}
	}
	m.notice = "no check of the last run failed; enter in the checks tab opens any of them"
	return m, nil
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
	failure := m.failure(id)
	number, level := m.lesson.Number, m.hints[failure]+1
	return func() tea.Msg {
		text, of, err := m.session.workshop.Hint(number, failure, level)
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
		return overlayMsg{pager: p, failure: failure, level: level}
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

// failure is how a check failed in the last run, or the check itself.
func (m Model) failure(id string) string {
	for _, c := range m.attempt.checks {
		if c.info.ID == id && c.result.Failure != "" {
			return c.result.Failure
		}
	}
	return id
}

func (m Model) diff() tea.Cmd {
	number := m.lesson.Number
	return func() tea.Msg {
		title, text, err := m.session.workshop.Diff(number)
		if err != nil {
			return faultMsg{err}
		}
		if text == "" {
			text = "Nothing differs."
		}
		return overlayMsg{pager: newPager(title, func(t theme, _ int) string { return colourDiff(t, text) })}
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

// recap ends a lesson after its first pass.
func (m Model) recap() tea.Cmd {
	number := m.lesson.Number
	return func() tea.Msg {
		text, next, err := m.session.workshop.Recap(number)
		if err != nil {
			return faultMsg{err}
		}
		p := newPager("Passed", func(t theme, width int) string {
			out := t.markdown(text, width)
			if next > 0 {
				out += "\n\n   " + t.accent.Render("enter") + t.dim.Render(fmt.Sprintf(" for lesson %d", next))
			}
			return out
		})
		p.next = next
		return overlayMsg{pager: p}
	}
}

// read opens the lesson's page of the site.
func (m Model) read(number int) tea.Cmd {
	return func() tea.Msg {
		address, opened, err := m.session.workshop.Read(number)
		if err != nil {
			return faultMsg{err}
		}
		title, text := "Opened in the browser", "If no browser came up, open this yourself:"
		if !opened {
			title, text = "The page", "There is no browser here. The page is served until you quit:"
		}
		return overlayMsg{pager: newPager(title, func(t theme, width int) string {
			return "\n" + wrap(text, width-1, 1) + "\n\n " + address
		})}
	}
}

func (m Model) browse() tea.Cmd {
	number := m.lesson.Number
	return func() tea.Msg {
		place, err := m.session.workshop.Browse(number)
		if err != nil {
			return faultMsg{err}
		}
		return overlayMsg{pager: newPager("Opened in the browser", func(t theme, width int) string {
			return "\n" + wrap("If no browser came up, open this yourself:", width-1, 1) + "\n\n " + place
		})}
	}
}

func notice(text string) tea.Cmd {
	return func() tea.Msg { return noticeMsg{text} }
}
