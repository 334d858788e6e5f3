package tui

import (
	"context"
	"time"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"
)

// tab is a page of the lesson screen.
type tab int

const (
	lessonTab tab = iota
	checksTab
	timelineTab
	logsTab
	tabs
)

// Model is the whole interface. It changes only in Update.
type Model struct {
	session       *session
	start         Start
	theme         theme
	width, height int
	clock         func() time.Time
	now           time.Time
	frame         int // of the spinner
	ticking       bool

	catalogue catalogue
	lesson    *Lesson // nil: the catalogue is on screen
	tab       tab
	prose     viewport.Model
	timeline  viewport.Model
	logs      viewport.Model
	services  logTabs
	cursor    int // over the checks
	attempt   attempt
	stop      context.CancelFunc
	rerun     bool // a save came during the run
	hints     map[string]int

	watching bool
	unwatch  context.CancelFunc

	then     func(Model) (tea.Model, tea.Cmd) // what to do once the first lesson is open
	overlay  *pager
	ask      string // a question that y answers
	quitting bool
	notice   string // one line about the last key, until the next
}

// Start says where the interface opens.
type Start struct {
	Lesson int  // 0: the catalogue
	Check  bool // run at once
	Watch  bool
	Plain  bool // no colours
}

func newModel(s *session, start Start) Model {
	m := Model{
		session: s, start: start, theme: newTheme(true, start.Plain), width: 80, height: 24, clock: time.Now, now: time.Now(),
		prose: newViewport(), timeline: newViewport(), logs: newViewport(), hints: map[string]int{},
	}
	switch {
	case start.Watch:
		m.then = Model.toggleWatch
	case start.Check:
		m.then = Model.begin
	}
	return m
}

// Messages of the model itself.
type (
	tickMsg    time.Time
	loadedMsg  struct{ lessons []Lesson }
	openedMsg  struct{ lesson Lesson }
	faultMsg   struct{ err error }
	noticeMsg  struct{ text string }
	overlayMsg struct {
		pager   pager
		failure string // what a hint is about
		level   int    // of a hint
	}
	evidenceMsg struct {
		number   int
		evidence Evidence
	}
)

// Init loads the catalogue.
func (m Model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.load()}
	if !m.theme.plain {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	if m.start.Lesson != 0 {
		cmds = append(cmds, m.open(m.start.Lesson))
	}
	return tea.Batch(cmds...)
}

func (m Model) load() tea.Cmd {
	return func() tea.Msg {
		lessons, err := m.session.workshop.Lessons()
		if err != nil {
			return faultMsg{err}
		}
		return loadedMsg{lessons}
	}
}

func (m Model) open(number int) tea.Cmd {
	return func() tea.Msg {
		l, err := m.session.workshop.Open(number)
		if err != nil {
			return faultMsg{err}
		}
		return openedMsg{l}
	}
}

func (m Model) last(number int) tea.Cmd {
	return func() tea.Msg {
		e, ok := m.session.workshop.Last(number)
		if !ok {
			return nil
		}
		return evidenceMsg{number, e}
	}
}

// tick moves clock and spinner while something runs.
func tick() tea.Cmd {
	return tea.Tick(100*time.Millisecond, func(t time.Time) tea.Msg { return tickMsg(t) })
}

// layout renders what depends on the size; called when size, content or colours changed.
func (m Model) layout() Model {
	w, h := bodySize(m.width, m.height)
	if m.lesson != nil {
		m.prose = fill(m.prose, m.theme.markdown(m.lesson.Body, w), w, h)
		m.timeline = fill(m.timeline, timelineView(m.theme, m.results(), w), w, h)
		m.logs = fill(m.logs, m.services.text(w), w, max(h-1, 1))
	}
	if m.overlay != nil {
		p := m.overlay.layout(m.theme, w, h)
		m.overlay = &p
	}
	return m
}
