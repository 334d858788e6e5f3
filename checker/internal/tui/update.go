package tui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/run"
)

// Update answers one message.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = sizeOr80x24(msg)
		return m.layout(), nil
	case tea.BackgroundColorMsg:
		m.theme = newTheme(msg.IsDark(), m.theme.plain)
		return m.layout(), nil
	case tea.KeyPressMsg:
		return m.key(msg)
	case tickMsg:
		return m.tick(msg)
	case loadedMsg:
		return m.loaded(msg.lessons), nil
	case openedMsg:
		return m.opened(msg.lesson)
	case evidenceMsg:
		return m.evidence(msg), nil
	case eventMsg:
		return m.event(msg)
	case endedMsg:
		return m.ended(msg)
	case savedMsg:
		return m.saved(msg)
	case watchFailedMsg:
		m.watching = false
		m.notice = "cannot watch: " + msg.err.Error()
	case overlayMsg:
		if msg.level > 0 {
			m.hints[msg.failure] = msg.level
		}
		m.overlay = &msg.pager
		return m.layout(), nil
	case noticeMsg:
		m.notice = msg.text
	case faultMsg:
		m.notice = msg.err.Error()
	}
	return m, nil
}

// sizeOr80x24 is the terminal's size, or the usual one where the terminal does not know: some report 0×0.
func sizeOr80x24(msg tea.WindowSizeMsg) (width, height int) {
	if msg.Width <= 0 || msg.Height <= 0 {
		return 80, 24
	}
	return msg.Width, msg.Height
}

func (m Model) tick(msg tickMsg) (tea.Model, tea.Cmd) {
	if !m.attempt.active {
		m.ticking = false
		return m, nil
	}
	m.now = m.clock()
	m.frame++
	return m, tick()
}

func (m Model) loaded(lessons []Lesson) Model {
	at := m.catalogue.cursor
	first := len(m.catalogue.lessons) == 0
	m.catalogue = catalogue{lessons: lessons, cursor: max(0, min(at, len(lessons)-1))}
	if first {
		for _, l := range lessons {
			if l.State != Passed && l.State != Planned {
				m.catalogue = m.catalogue.at(l.Number)
				break
			}
		}
	}
	return m
}

func (m Model) opened(l Lesson) (tea.Model, tea.Cmd) {
	m.lesson, m.tab, m.cursor, m.overlay = &l, lessonTab, 0, nil
	m.catalogue = m.catalogue.at(l.Number)
	m.attempt = newAttempt(l.Checks)
	m.services = logTabs{}
	m.prose.GotoTop()
	cmds := []tea.Cmd{m.last(l.Number), m.load()}
	if m.then != nil {
		then := m.then
		m.then = nil
		next, cmd := then(m.layout())
		return next, tea.Batch(append(cmds, cmd)...)
	}
	return m.layout(), tea.Batch(cmds...)
}

// evidence shows what the last run left, unless a newer run is under way.
func (m Model) evidence(msg evidenceMsg) Model {
	if m.lesson == nil || m.lesson.Number != msg.number || m.attempt.active {
		return m
	}
	if m.attempt.started.IsZero() {
		for _, r := range msg.evidence.Report.Results {
			m.attempt = m.attempt.apply(run.CheckFinished{Result: r})
		}
		last := msg.evidence.Report
		m.attempt.servers, m.attempt.started = last.Infra, last.Started
		m.attempt.took = time.Duration(last.ElapsedMS) * time.Millisecond
	}
	m.services = logTabs{tabs: msg.evidence.Logs, on: m.services.on}
	if len(m.services.tabs) == 0 {
		m.services.tabs = logsOf(m.results())
	}
	m.services = m.services.shift(0)
	return m.layout()
}

func (m Model) event(msg eventMsg) (tea.Model, tea.Cmd) {
	if msg.id == m.attempt.id {
		m.attempt = m.attempt.apply(msg.event)
		m = m.refreshCheck()
	}
	return m, m.session.next(msg.more)
}

// ended closes a run, and begins the next when a save came meanwhile.
func (m Model) ended(msg endedMsg) (tea.Model, tea.Cmd) {
	if msg.id != m.attempt.id || m.lesson == nil {
		return m, nil
	}
	m.attempt = m.attempt.finish(m.clock(), msg.err)
	m.now = m.clock()
	if m.quitting {
		return m, tea.Quit
	}
	if m.rerun {
		return m.begin()
	}
	m.cursor = m.attempt.worst(m.cursor)
	if m.attempt.passed() {
		m.notice = fmt.Sprintf("lesson %d is done · s shows the reference", m.lesson.Number)
		if m.lesson.State != Passed {
			passed := *m.lesson
			passed.State = Passed
			m.lesson = &passed
			return m.layout(), tea.Batch(m.last(passed.Number), m.load(), m.recap())
		}
	}
	return m.layout(), tea.Batch(m.last(m.lesson.Number), m.load())
}

// saved runs again; a run under way is stopped first and the new one begins when nothing of it is left.
func (m Model) saved(msg savedMsg) (tea.Model, tea.Cmd) {
	more := m.session.nextSave(msg.number, msg.more)
	if !m.watching || m.lesson == nil || m.lesson.Number != msg.number {
		return m, nil
	}
	if m.attempt.active {
		m.rerun, m.attempt.stopping = true, true
		m.stop()
		return m, more
	}
	next, cmd := m.begin()
	return next, tea.Batch(cmd, more)
}

// begin starts a run of the lesson on screen, with what failed last in front.
func (m Model) begin() (tea.Model, tea.Cmd) {
	m.rerun, m.notice = false, ""
	m.now = m.clock()
	m.attempt = m.attempt.begin(m.attempt.id+1, m.now)
	m.tab = checksTab
	cancel, cmd := m.session.check(m.attempt.id, m.lesson.Number, m.attempt.owed)
	m.stop = cancel
	if m.ticking {
		return m, cmd
	}
	m.ticking = true
	return m, tea.Batch(cmd, tick())
}

// results are the results of the present or last run.
func (m Model) results() []check.Result {
	var out []check.Result
	for _, c := range m.attempt.checks {
		out = append(out, c.result)
	}
	return out
}
