package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

func TestServices_NewLogLines_AreFollowed(t *testing.T) {
	t.Parallel()
	stopped := false
	var m tea.Model = services{
		title: "stage1-mvp", theme: newTheme(true, true), width: 80, height: 24, view: newViewport(),
		logs: logTabs{tabs: []LogTab{{Name: tryTab}}}, stop: func() { stopped = true },
	}
	var cmd tea.Cmd
	send := func(msg tea.Msg) { m, cmd = m.Update(msg) }
	screen := func() string { return ansi.Strip(m.View().Content) }
	press := func(name string) {
		key, err := keyNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		send(key)
	}

	send(logMsg{tryTab, "native: PostgreSQL 17\n  gateway http://127.0.0.1:8080"})
	for i := range 50 {
		send(logMsg{"order", fmt.Sprintf("line %d", i)})
	}
	send(tickMsg{})
	if s := screen(); !strings.Contains(s, "gateway http://127.0.0.1:8080") {
		t.Errorf("what to try is not in front:\n%s", s)
	}
	press("right")
	if s := screen(); !strings.Contains(s, "line 49") {
		t.Errorf("the newest line is not on screen:\n%s", s)
	}
	send(logMsg{"order", "line 50"})
	send(tickMsg{})
	if s := screen(); !strings.Contains(s, "line 50") {
		t.Errorf("the log does not follow:\n%s", s)
	}
	press("g")
	send(logMsg{"order", "line 51"})
	send(tickMsg{})
	if s := screen(); strings.Contains(s, "line 51") || !strings.Contains(s, "line 0") {
		t.Errorf("a new line moved the reader away from what they read:\n%s", s)
	}

	press("ctrl+c")
	if !stopped || cmd != nil || !strings.Contains(screen(), "stopping the services") {
		t.Error("ctrl+c must stop the services and stay until they have ended")
	}
	send(overMsg{})
	if cmd == nil {
		t.Fatal("the services have ended, the screen stays")
	}
}
