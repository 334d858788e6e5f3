package tui

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"stagecraft/checker/internal/run"
)

var update = flag.Bool("update", false, "write testdata/*.golden")

// The views at 80x24 as the learner sees them.
func TestViews_At80x24_MatchGolden(t *testing.T) {
	t.Parallel()
	finished := append(append([]run.Event(nil), script...), run.CheckFinished{Result: failTwo})
	views := map[string]struct {
		start  int
		events []run.Event
		keys   []string
	}{
		"catalogue": {},
		"lesson":    {start: 5},
		"running":   {start: 5, events: script},
		"failed":    {start: 5, events: finished},
		"failure":   {start: 5, events: finished, keys: []string{"down", "enter"}},
		"timeline":  {start: 5, events: finished, keys: []string{"3"}},
		"logs":      {start: 5, events: finished, keys: []string{"4", "right"}},
		"help":      {start: 5, keys: []string{"?"}},
	}
	for name, v := range views {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := drive(t, newScripted(), Start{Lesson: v.start})
			if v.events != nil {
				d.m.attempt = d.m.attempt.begin(1, t0)
				d.m.now, d.m.tab = d.m.clock(), checksTab
				for _, e := range v.events {
					d.send(eventMsg{id: 1, event: e})
				}
				if name != "running" {
					d.send(endedMsg{id: 1})
					d.send(evidenceMsg{number: 5})
				}
			}
			d.press(v.keys...)
			golden(t, name, d.screen())
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the view %s changed; look at it and run the test with -update if it is right\nwant:\n%s\ngot:\n%s", name, want, got)
	}
}
