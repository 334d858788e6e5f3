package tui

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"
)

var spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

// View draws the screen.
func (m Model) View() tea.View {
	v := tea.NewView(m.text())
	v.AltScreen = true
	v.WindowTitle = "Stagecraft"
	return v
}

func (m Model) text() string {
	var f frame
	switch {
	case m.overlay != nil:
		f = m.overlayFrame()
	case m.lesson == nil:
		f = m.catalogueFrame()
	default:
		f = m.lessonFrame()
	}
	if m.ask != "" {
		f.status = " " + m.theme.warn.Render(m.ask)
	}
	return f.render(m.theme, m.width, m.height)
}

func (m Model) catalogueFrame() frame {
	w, h := bodySize(m.width, m.height)
	done := fmt.Sprintf("%d of %d lessons done ", m.catalogue.done(), m.catalogue.written())
	return frame{
		header: spread(" "+m.theme.title.Render("Stagecraft"), m.theme.dim.Render(done), w),
		tabs:   m.theme.dim.Render(" Your services, on real servers, until they break."),
		body:   m.catalogue.view(m.theme, w, h),
		status: m.status(),
		keys:   m.theme.keyLine(w, kOpen, kMove, kQuit),
	}
}

func (m Model) lessonFrame() frame {
	w, h := bodySize(m.width, m.height)
	f := frame{header: m.header(), tabs: m.tabLine(), status: m.status()}
	keys := []key.Binding{kRun, kNextTab, kWatch, kHint, kDiff, kBack, kQuit}
	if m.attempt.active {
		keys[0] = kStop
	}
	switch m.tab {
	case lessonTab:
		f.body = m.prose.View()
		if wider(m.prose) {
			keys = append([]key.Binding{kSide}, keys...)
		}
	case checksTab:
		f.body = checksView(m.theme, m.attempt, m.cursor, m.spin(), m.now, w, h)
		keys = append([]key.Binding{keys[0], kEnter}, keys[1:]...)
	case timelineTab:
		f.body = m.timeline.View()
		keys = append([]key.Binding{kBrowse}, keys...)
	case logsTab:
		f.body = m.services.head(m.theme) + "\n" + m.logs.View()
		if len(m.services.tabs) == 0 {
			f.body = m.theme.dim.Render(wrap("No logs: no check of the last run started services.", w, 1))
		}
		keys = append([]key.Binding{kService}, keys...)
	}
	f.keys = m.theme.keyLine(w, keys...)
	return f
}

func (m Model) overlayFrame() frame {
	w, _ := bodySize(m.width, m.height)
	f := frame{
		header: " " + m.theme.title.Render("Stagecraft"),
		tabs:   " " + m.theme.title.Render(m.overlay.title),
		body:   m.overlay.view.View(),
		status: m.status(),
		keys:   m.theme.keyLine(w, kBack, kMove, kQuit),
	}
	if m.lesson != nil {
		f.header = m.header()
		f.keys = m.theme.keyLine(w, kBack, kMove, kSide, kHint, kRun, kTimeline)
	}
	if more := m.overlay.view.TotalLineCount() - m.overlay.view.Height(); more > 0 {
		f.tabs = spread(f.tabs, m.theme.dim.Render(fmt.Sprintf("%3.0f%% ", m.overlay.view.ScrollPercent()*100)), w)
	}
	return f
}

func (m Model) header() string {
	l := m.lesson
	right := fmt.Sprintf("%s · %d min · %s ", l.Kind, l.Minutes, l.Stage)
	return spread(" "+m.theme.title.Render(fmt.Sprintf("%d · %s", l.Number, l.Title)), m.theme.dim.Render(right), m.width)
}

func (m Model) tabLine() string {
	line := " "
	for i, name := range []string{"Lesson", checksTitle(m.attempt), "Timeline", "Logs"} {
		style := m.theme.tab
		if tab(i) == m.tab {
			style = m.theme.tabOn
		}
		line += style.Render(name)
	}
	if m.watching {
		return spread(line, m.theme.accent.Render("watching ")+" ", m.width)
	}
	if m.lesson.Workspace != "" {
		return spread(line, m.theme.dim.Render(m.lesson.Workspace+" "), m.width)
	}
	return line
}

// status is the line above the keys: what runs, or what came of it, or an answer to the last key.
func (m Model) status() string {
	if m.notice != "" {
		return " " + m.theme.warn.Render(firstLine(m.notice))
	}
	if m.lesson == nil {
		return ""
	}
	return " " + m.attempt.summary(m.theme, m.spin(), m.now)
}

func (m Model) spin() string { return spinner[m.frame%len(spinner)] }

// wider tells whether some line of the text does not fit, so that it scrolls sideways.
func wider(v viewport.Model) bool {
	v.SetXOffset(1)
	return v.XOffset() > 0
}
