package tui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"
)

// key answers a key: first what holds everywhere, then a question, then what lies on top, then the screen below.
func (m Model) key(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	m.notice = ""
	name := msg.String()
	switch name {
	case "ctrl+c":
		return m.quit()
	case "ctrl+z":
		return m, tea.Suspend
	}
	if m.ask != "" {
		m.ask = ""
		if name == "y" || name == "Y" {
			return m, m.solution()
		}
		return m, nil
	}
	switch {
	case pressed(msg, kQuit):
		return m.quit()
	case pressed(msg, kHelp):
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
	if pressed(msg, kOpen) {
		if l, ok := m.catalogue.selected(); ok && l.State == Planned {
			m.notice = fmt.Sprintf("lesson %d is planned and not written yet", l.Number)
		} else if ok {
			return m, m.open(l.Number)
		}
		return m, nil
	}
	if pressed(msg, kBrowse) {
		if l, ok := m.catalogue.selected(); ok && l.State != Planned {
			return m, m.read(l.Number)
		}
		return m, m.read(0)
	}
	_, h := bodySize(m.width, m.height)
	m.catalogue = m.catalogue.update(msg, h)
	return m, nil
}

func (m Model) overlayKey(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	switch {
	case pressed(msg, kBack):
		m.overlay = nil
		return m, nil
	case m.lesson == nil:
	case pressed(msg, kEnter) && m.overlay.next > 0:
		return m, m.open(m.overlay.next)
	case pressed(msg, kHint):
		return m, m.hint(m.overlay.check)
	case pressed(msg, kRun, kDiff, kSolution, kBrowse, kWatch, kStop, kEvidence, kTimeline, kNextTab, kPrevTab, kTabs):
		m.overlay = nil
		return m.lessonKey(msg)
	}
	p := m.overlay.update(msg)
	m.overlay = &p
	return m, nil
}

func (m Model) lessonKey(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	switch {
	case pressed(msg, kBack):
		return m.leave()
	case pressed(msg, kNextTab):
		m.tab = (m.tab + 1) % tabs
	case pressed(msg, kPrevTab):
		m.tab = (m.tab + tabs - 1) % tabs
	case pressed(msg, kTabs):
		m.tab = tab(msg.String()[0] - '1')
	case pressed(msg, kTimeline):
		m.tab = timelineTab
	case pressed(msg, kEvidence):
		return m.openEvidence()
	case pressed(msg, kRun):
		if m.attempt.active {
			m.notice = "the checks are running; x stops them"
			return m, nil
		}
		return m.begin()
	case pressed(msg, kStop):
		if m.attempt.active {
			m.attempt.stopping, m.rerun = true, false
			m.stop()
		}
	case pressed(msg, kWatch):
		return m.toggleWatch()
	case pressed(msg, kHint):
		return m, m.hint("")
	case pressed(msg, kDiff):
		return m, m.diff()
	case pressed(msg, kSolution):
		if !m.attempt.passed() && m.lesson.State != Passed {
			m.ask = "This lesson has not passed yet. Show the solution anyway? y/n"
			return m, nil
		}
		return m, m.solution()
	case pressed(msg, kBrowse):
		if m.tab == lessonTab {
			return m, m.read(m.lesson.Number)
		}
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
		if pressed(msg, kEnter) {
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
