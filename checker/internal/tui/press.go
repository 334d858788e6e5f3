package tui

import (
	tea "charm.land/bubbletea/v2"
)

// key answers a key: first what holds everywhere, then a question, then what lies on top, then the screen below.
func (m Model) key(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	m.notice = ""
	key := msg.String()
	if key == "ctrl+c" {
		return m.quit()
	}
	if m.ask != "" {
		m.ask = ""
		if key == "y" || key == "Y" {
			return m, m.solution()
		}
		return m, nil
	}
	switch key {
	case "q":
		return m.quit()
	case "?":
		p := newPager("Keys", helpView)
		m.overlay = &p
		return m.layout(), nil
	}
	if m.overlay != nil {
		return m.overlayKey(msg)
	}
	if m.lesson == nil {
		return m.catalogueKey(msg)
	}
	return m.lessonKey(msg)
}

// quit stops a run and leaves when nothing of it is left; asked twice it leaves at once, and what still runs is waited for outside.
func (m Model) quit() (tea.Model, tea.Cmd) {
	if m.attempt.active && !m.quitting {
		m.quitting, m.attempt.stopping = true, true
		m.stop()
		return m, nil
	}
	return m, tea.Quit
}

func (m Model) catalogueKey(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	if msg.String() == "enter" {
		if l, ok := m.catalogue.selected(); ok {
			return m, m.open(l.Number)
		}
		return m, nil
	}
	_, h := bodySize(m.width, m.height)
	m.catalogue = m.catalogue.update(msg, h)
	return m, nil
}

func (m Model) overlayKey(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	switch msg.String() {
	case "esc", "backspace":
		m.overlay = nil
		return m, nil
	case "h":
		if m.lesson != nil {
			return m, m.hint(m.overlay.check)
		}
	case "r", "d", "s", "o", "w", "x", "tab", "shift+tab", "1", "2", "3", "4":
		if m.lesson != nil {
			m.overlay = nil
			return m.lessonKey(msg)
		}
	}
	p := m.overlay.update(msg)
	m.overlay = &p
	return m, nil
}

func (m Model) lessonKey(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	switch key := msg.String(); key {
	case "esc", "backspace":
		return m.leave()
	case "tab":
		m.tab = (m.tab + 1) % tabs
	case "shift+tab":
		m.tab = (m.tab + tabs - 1) % tabs
	case "1", "2", "3", "4":
		m.tab = tab(key[0] - '1')
	case "r":
		if m.attempt.active {
			m.notice = "the checks are running; x stops them"
			return m, nil
		}
		return m.begin()
	case "x":
		if m.attempt.active {
			m.attempt.stopping, m.rerun = true, false
			m.stop()
		}
	case "w":
		return m.toggleWatch()
	case "h":
		return m, m.hint("")
	case "d":
		return m, m.diff()
	case "s":
		if !m.attempt.passed() && m.lesson.State != Passed {
			m.ask = "This lesson has not passed yet. Show the solution anyway? y/n"
			return m, nil
		}
		return m, m.solution()
	case "o":
		return m, m.browse()
	default:
		return m.tabKey(msg)
	}
	return m, nil
}

// tabKey gives a key to the tab in front.
func (m Model) tabKey(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	switch m.tab {
	case lessonTab:
		m.prose = scroll(m.prose, msg)
	case timelineTab:
		m.timeline = scroll(m.timeline, msg)
	case logsTab:
		switch msg.String() {
		case "left":
			m.services = m.services.shift(-1)
			return m.layout(), nil
		case "right":
			m.services = m.services.shift(1)
			return m.layout(), nil
		}
		m.logs = scroll(m.logs, msg)
	case checksTab:
		if msg.String() == "enter" {
			return m.openCheck(), nil
		}
		m.cursor = move(msg.String(), m.cursor, len(m.attempt.checks), 5)
	}
	return m, nil
}

// leave goes back to the catalogue; what runs for the lesson is stopped.
func (m Model) leave() (tea.Model, tea.Cmd) {
	if m.attempt.active {
		m.notice = "the checks are running; x stops them"
		return m, nil
	}
	if m.watching {
		m.watching = false
		m.unwatch()
	}
	m.lesson = nil
	return m, m.load()
}

func (m Model) toggleWatch() (tea.Model, tea.Cmd) {
	if m.watching {
		m.watching = false
		m.unwatch()
		m.notice = "no longer watching"
		return m, nil
	}
	cancel, cmd := m.session.watch(m.lesson.Number)
	m.watching, m.unwatch = true, cancel
	if m.attempt.active {
		return m, cmd
	}
	next, run := m.begin()
	return next, tea.Batch(cmd, run)
}
