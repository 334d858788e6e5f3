package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"stagecraft/checker/internal/check"
)

// logTabs shows the output of one service at a time.
type logTabs struct {
	tabs []LogTab
	on   int
}

// logsOf gathers log lines by service from results, when a run kept no whole logs.
func logsOf(results []check.Result) []LogTab {
	var tabs []LogTab
	for _, r := range results {
		var marked []string
		for _, l := range r.Logs {
			i := slices.IndexFunc(tabs, func(t LogTab) bool { return t.Name == l.Service })
			if i < 0 {
				tabs = append(tabs, LogTab{Name: l.Service})
				i = len(tabs) - 1
			}
			if !slices.Contains(marked, l.Service) {
				marked = append(marked, l.Service)
				tabs[i].Lines = append(tabs[i].Lines, "── "+r.Sentence)
			}
			tabs[i].Lines = append(tabs[i].Lines, millis(l.AtMS)+"  "+l.Text)
		}
	}
	return tabs
}

// shift moves to the next or previous service.
func (l logTabs) shift(by int) logTabs {
	if n := len(l.tabs); n > 0 {
		l.on = ((l.on+by)%n + n) % n
	}
	return l
}

// add appends a line to a service's tab, making the tab when it is new, and keeps the last limit lines.
func (l logTabs) add(service, line string, limit int) logTabs {
	i := slices.IndexFunc(l.tabs, func(t LogTab) bool { return t.Name == service })
	if i < 0 {
		l.tabs = append(l.tabs, LogTab{Name: service})
		i = len(l.tabs) - 1
	}
	l.tabs[i].Lines = tail(append(l.tabs[i].Lines, line), limit)
	return l
}

// head is the row of service names.
func (l logTabs) head(t theme) string {
	var names []string
	for i, tab := range l.tabs {
		if i == l.on {
			names = append(names, t.tabOn.Render(tab.Name))
			continue
		}
		names = append(names, t.tab.Render(tab.Name))
	}
	return " " + strings.Join(names, "")
}

// text is the output of the service in front, its lines wrapped to width and stripped of what could move the cursor.
func (l logTabs) text(width int) string {
	if l.on >= len(l.tabs) {
		return ""
	}
	var out []string
	for _, line := range l.tabs[l.on].Lines {
		out = append(out, " "+strings.ReplaceAll(ansi.Wrap(printable(shortLog(line)), max(width-4, 8), " ,"), "\n", "\n   "))
	}
	return strings.Join(out, "\n")
}
