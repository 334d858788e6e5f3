package tui

import (
	"context"
	"io"
	"strings"
	"time"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"
)

// keptLines is how many lines of each service's log the screen keeps.
const keptLines = 1000

// tryTab is the first tab: where the services are and what to try.
const tryTab = "try it"

// ServicesScreen is where a running stage writes to.
type ServicesScreen struct {
	Lines io.Writer                  // what to try, progress, traffic; whole lines
	Log   func(service, line string) // from any goroutine
}

// RunServices shows a running stage: what to try, and a tab of logs per service. It ends when do ends, or stops do when
// the learner leaves and waits for it.
func RunServices(ctx context.Context, title string, plain bool, do func(context.Context, ServicesScreen) error, stderr io.Writer) error {
	s := newSession(ctx, nil)
	m := services{title: title, theme: newTheme(true, plain), width: 80, height: 24, view: newViewport(), stop: s.cancel}
	m.logs.tabs = []LogTab{{Name: tryTab}}
	var failed error
	err := show(s, m, plain, stderr, func(send func(tea.Msg)) {
		screen := ServicesScreen{
			Lines: lineWriter(func(line string) { send(logMsg{tryTab, line}) }),
			Log:   func(service, line string) { send(logMsg{service, line}) },
		}
		s.work.Go(func() {
			failed = do(s.ctx, screen)
			send(overMsg{})
		})
	})
	if failed != nil {
		return failed
	}
	return err
}

type (
	logMsg  struct{ service, line string }
	overMsg struct{}
)

// services is the screen of a running stage.
type services struct {
	title         string
	theme         theme
	width, height int
	logs          logTabs
	view          viewport.Model
	stale         bool // lines came since the last drawing
	leaving       bool
	stop          context.CancelFunc
}

func refresh() tea.Cmd {
	return tea.Tick(150*time.Millisecond, func(t time.Time) tea.Msg { return tickMsg(t) })
}

// Init asks for the colours and begins to refresh.
func (m services) Init() tea.Cmd { return refresh() }

// Update answers one message.
func (m services) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = sizeOr80x24(msg)
		return m.layout(), nil
	case logMsg:
		for line := range strings.SplitSeq(msg.line, "\n") {
			m.logs = m.logs.add(msg.service, line, keptLines)
		}
		m.stale = true
	case tickMsg:
		if m.stale {
			m = m.layout()
		}
		return m, refresh()
	case overMsg:
		return m, tea.Quit
	case tea.KeyPressMsg:
		return m.key(msg)
	}
	return m, nil
}

func (m services) key(msg tea.KeyPressMsg) (tea.Model, tea.Cmd) {
	switch msg.String() {
	case "ctrl+z":
		return m, tea.Suspend
	case "q", "ctrl+c", "esc":
		if m.leaving {
			return m, tea.Quit
		}
		m.leaving = true
		m.stop()
		return m, nil
	case "left", "shift+tab":
		m.logs = m.logs.shift(-1)
		return m.toEnd(), nil
	case "right", "tab":
		m.logs = m.logs.shift(1)
		return m.toEnd(), nil
	}
	m.view = scroll(m.view, msg)
	return m, nil
}

// toEnd shows another tab from its newest line, but what to try from the top.
func (m services) toEnd() services {
	m = m.layout()
	m.view.GotoBottom()
	if m.logs.on == 0 {
		m.view.GotoTop()
	}
	return m
}

// layout draws the tab in front; who reads the newest lines goes on to see the newest.
func (m services) layout() services {
	w, h := bodySize(m.width, m.height)
	follow := m.logs.on > 0 && m.view.AtBottom()
	text := m.logs.text(w)
	if m.logs.on == 0 {
		text = tryText(m.logs.tabs[0].Lines, w)
	}
	m.view = fill(m.view, text, w, h)
	if follow {
		m.view.GotoBottom()
	}
	m.stale = false
	return m
}

// View draws the screen.
func (m services) View() tea.View {
	f := frame{
		header: " " + m.theme.title.Render("Stagecraft · "+m.title),
		tabs:   m.logs.head(m.theme),
		body:   m.view.View(),
		keys:   m.theme.keyLine(m.width, kService, kMove, kQuit),
	}
	if m.leaving {
		f.status = " " + m.theme.warn.Render("stopping the services")
	}
	v := tea.NewView(f.render(m.theme, m.width, m.height))
	v.AltScreen = true
	v.WindowTitle = "Stagecraft"
	return v
}

// lineWriter hands over what is written to it as text without the last line break.
type lineWriter func(string)

func (w lineWriter) Write(p []byte) (int, error) {
	w(strings.TrimSuffix(string(p), "\n"))
	return len(p), nil
}
