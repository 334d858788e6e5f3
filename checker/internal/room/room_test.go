package room

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestRoom_LearnerAtWork_BoardShowsIt(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	anna := c.join(t, "  Anna   Schmidt ")
	if got := c.row(t, "Anna Schmidt"); got.State != notStarted || got.RanMin != -1 {
		t.Errorf("before the first run: %+v", got)
	}
	run(t, anna, 1, failing, map[string]string{"whitelist": "whitelist.after-final", "clock": "clock"})
	c.clock.pass(2 * time.Minute)
	got := c.row(t, "Anna Schmidt")
	if got.State != started || got.Failure != "whitelist.after-final" || got.Sentence != testLessons[0].Checks[0].Sentence || got.Runs != 1 || got.RanMin != 2 || got.Checks != 2 {
		t.Errorf("after a run that failed: %+v", got)
	}
	run(t, anna, 2, map[string]string{"whitelist": "pass"}, nil)
	if got := c.row(t, "Anna Schmidt"); got.Passing != 1 || got.Failure != "" {
		t.Errorf("after a run of one check: %+v", got)
	}
	if _, err := anna.Add(Report{Kind: KindRun, Lesson: "01-states", Runs: 3, Hints: 2, Passed: true, Verdicts: map[string]string{"whitelist": "pass", "clock": "pass"}}); err != nil {
		t.Fatal(err)
	}
	c.clock.pass(10 * time.Minute) // the report waits, and the pass was when it was
	anna.Send(t.Context())
	if got := c.row(t, "Anna Schmidt"); got.State != passed || got.Hints != 2 || got.PassedAt != c.clock.now().Add(-10*time.Minute).Local().Format("15:04") {
		t.Errorf("after the pass: %+v", got)
	}
	if n := c.News(); n.Learners != 1 {
		t.Errorf("the news: %+v", n)
	}
	if err := anna.Hand(t.Context(), true, "which\x1b[31m clock?"); err != nil {
		t.Fatal(err)
	}
	if v := c.view(); len(v.Hands) != 1 || v.Hands[0].Hand != "which [31m clock?" {
		t.Errorf("hands: %+v", v.Hands)
	}
	if status := c.act(t, "lower", url.Values{"learner": {"1"}}); status != http.StatusSeeOther || len(c.view().Hands) != 0 {
		t.Errorf("the hand is still up: status %d", status)
	}
}

func TestReports_FiftyLearnersAtOnce_AllCounted(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	const learners, runs = 50, 4
	var all sync.WaitGroup
	for i := range learners {
		client := c.join(t, fmt.Sprintf("Learner %02d", i))
		m, err := client.load()
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			for n := range runs {
				rep := Report{ID: fmt.Sprint(n), Kind: KindRun, Lesson: "01-states", Runs: n + 1, Verdicts: failing}
				if err := client.post(t.Context(), m, "/api/reports", reportRequest{[]Report{rep}}, &News{}); err != nil {
					t.Error(err)
				}
				c.view()
			}
		})
	}
	all.Wait()
	v := c.view()
	if len(v.Rows) != learners || len(v.Stuck) != learners || v.Failures[0].Failure != "whitelist" || v.Failures[0].Count != learners {
		t.Errorf("%d learners, %d stuck, failures %+v", len(v.Rows), len(v.Stuck), v.Failures)
	}
	for _, r := range v.Rows {
		if r.Runs != runs {
			t.Errorf("%s: %d runs", r.Name, r.Runs)
		}
	}
}

func TestReports_Repeated_CountOnce(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	anna := c.join(t, "Anna")
	m, err := anna.load()
	if err != nil {
		t.Fatal(err)
	}
	rep := Report{ID: "one", Kind: KindRun, Lesson: "01-states", Runs: 1, Verdicts: failing}
	for range 5 {
		if err := anna.post(t.Context(), m, "/api/reports", reportRequest{[]Report{rep, rep}}, &News{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.learners[1].work["01-states"].same; got != 1 {
		t.Errorf("one failure was counted %d times", got)
	}
	log, err := os.ReadFile(filepath.Join(c.Dir, "events.jsonl"))
	if err != nil || bytes.Count(log, []byte("reported")) != 1 {
		t.Errorf("the log has it %d times: %v", bytes.Count(log, []byte("reported")), err)
	}
}

func TestReports_UnknownToTheCatalogue_AreIgnored(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	anna := c.join(t, "Anna")
	m, _ := anna.load()
	for _, rep := range []Report{
		{ID: "a", Kind: KindRun, Lesson: "99-none", Runs: 1},
		{ID: "b", Kind: "else", Lesson: "01-states"},
		{Kind: KindRun, Lesson: "01-states"},
		{ID: "c", Kind: KindRun, Lesson: "01-states", Runs: -5, AgeMS: -1 << 62, Verdicts: map[string]string{"whitelist": "fail", "none": "pass", "clock": "great"},
			Failures: map[string]string{"whitelist": "whitelist./home/anna/secret", "none": "none"}},
	} {
		if err := anna.post(t.Context(), m, "/api/reports", reportRequest{[]Report{rep}}, nil); err != nil {
			t.Errorf("%+v: %v", rep, err)
		}
	}
	got := c.row(t, "Anna")
	if got.Failure != "whitelist" || got.Runs != 0 || got.Passing != 0 || len(c.learners[1].work) != 1 || len(c.learners[1].work["01-states"].verdicts) != 1 {
		t.Errorf("the board took it: %+v, %+v", got, c.learners[1].work["01-states"])
	}
}

func TestStuck_SameFailureOrNoProgress(t *testing.T) {
	t.Parallel()
	other := map[string]string{"whitelist": "whitelist.other"}
	steps := []struct {
		after    time.Duration
		verdicts map[string]string
		failures map[string]string
		stuck    string
	}{
		{0, failing, nil, ""},
		{time.Minute, failing, nil, ""},
		{time.Minute, failing, nil, "3 runs, same failure"},
		{time.Minute, failing, other, ""},
		{time.Minute, failing, other, ""},
		{time.Minute, map[string]string{"whitelist": "fail", "clock": "pass"}, other, ""}, // one more passes: progress
		{14 * time.Minute, map[string]string{"whitelist": "fail", "clock": "pass"}, other, ""},
		{time.Minute, map[string]string{"whitelist": "pass", "clock": "fail"}, nil, "15 min without progress"}, // another one, not one more
		{0, map[string]string{"whitelist": "pass", "clock": "pass"}, nil, ""},
	}
	c := newClassroom(t)
	anna := c.join(t, "Anna")
	for i, step := range steps {
		c.clock.pass(step.after)
		run(t, anna, i+1, step.verdicts, step.failures)
		if got := c.row(t, "Anna").Stuck; got != step.stuck {
			t.Errorf("after step %d: %q, expected %q", i, got, step.stuck)
		}
	}
}

func TestLesson_Prefix_IsWhatAllIDsShare(t *testing.T) {
	t.Parallel()
	for want, ids := range map[string][]string{
		"order-state-": {"order-state-whitelist", "order-state-while"}, "saga-": {"saga-undo", "saga-undo-twice"}, "": {"ab", "ac"},
	} {
		if got := (Lesson{Checks: []Check{{ID: ids[0]}, {ID: ids[1]}}}).prefix(); got != want {
			t.Errorf("%v: %q, expected %q", ids, got, want)
		}
	}
}
