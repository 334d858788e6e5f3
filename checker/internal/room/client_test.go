package room

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestSend_RoomAwayAndBack_ReportsComeInOrder(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	anna := c.join(t, "Anna")
	away, tries := true, 0
	anna.Transport = roundTrip(func(req *http.Request) (*http.Response, error) {
		tries++
		if away {
			return nil, syscall.ECONNREFUSED
		}
		return http.DefaultTransport.RoundTrip(req)
	})
	for i := range 3 {
		run(t, anna, i+1, failing, map[string]string{"whitelist": fmt.Sprintf("whitelist.try-%d", i+1)})
		c.clock.pass(time.Second)
	}
	if tries != 1 {
		t.Errorf("%d tries within the back-off", tries)
	}
	away = false
	anna.Send(t.Context())
	if tries != 1 {
		t.Error("the room was tried again within 30 s")
	}
	c.clock.pass(backOff)
	anna.Send(t.Context())
	if got := c.row(t, "Anna"); got.Runs != 3 || got.Failure != "whitelist.try-3" {
		t.Errorf("the last report is not the last: %+v", got)
	}
	if w := c.learners[1].work["01-states"]; !w.startedAt.Equal(newClock().at) || w.ranAt.Sub(w.startedAt) != 2*time.Second {
		t.Errorf("the times are not those of the runs: started %s, ran %s", w.startedAt, w.ranAt)
	}
	if m, _ := anna.load(); len(m.Spool) != 0 || !m.RetryAt.IsZero() {
		t.Errorf("the spool is not empty: %+v", m)
	}
}

// roundTrip is a transport of one function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestSend_RoomHangs_CostsASecondOnce(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := (Client{Root: root}).update(func(m *member) { m.URL, m.Token = "http://room.test", secret() }); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		c := Client{Root: root, Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})}
		for i, want := range []time.Duration{budget, 0, 0} {
			if _, err := c.Add(Report{Kind: KindRun, Lesson: "01-states"}); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			c.Send(t.Context())
			if took := time.Since(began); took != want {
				t.Errorf("run %d: %s, expected %s", i, took, want)
			}
		}
		time.Sleep(backOff)
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		c.Send(ctx)
		if took := time.Since(began); took != 100*time.Millisecond {
			t.Errorf("after the back-off it was not tried until the run was stopped: %s", took)
		}
	})
}

func TestSpool_TwoCheckersAtOnce_LoseNothingAndStayBounded(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := (Client{Root: root}).update(func(m *member) { m.URL, m.Token = "http://room.test", secret() }); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 10 {
				if _, err := (Client{Root: root}).Add(Report{Kind: KindRun}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	m, err := Client{Root: root}.load()
	if err != nil || len(m.Spool) != 40 {
		t.Fatalf("%d reports of 40, %v", len(m.Spool), err)
	}
	if err := (Client{Root: root}).update(func(m *member) { m.Spool = slices.Repeat(m.Spool, 10) }); err != nil {
		t.Fatal(err)
	}
	if _, err := (Client{Root: root}).Add(Report{Kind: KindHint}); err != nil {
		t.Fatal(err)
	}
	if m, _ = (Client{Root: root}).load(); len(m.Spool) != maxSpool || m.Spool[maxSpool-1].Report.Kind != KindHint {
		t.Errorf("%d reports, the last is %+v", len(m.Spool), m.Spool[len(m.Spool)-1])
	}
}

func TestSend_News_AreShownOncePerChange(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	anna := c.join(t, "Anna")
	send := func() string {
		t.Helper()
		if _, err := anna.Add(Report{Kind: KindStart, Lesson: "01-states"}); err != nil {
			t.Fatal(err)
		}
		return anna.Send(t.Context())
	}
	if line := send(); line != "" {
		t.Errorf("nothing has changed: %q", line)
	}
	c.act(t, "lesson", url.Values{"lesson": {"01-states"}, "minutes": {"30"}})
	c.act(t, "message", url.Values{"text": {"break \x1b[31mat ten"}})
	want := "room: lesson 1 until " + c.clock.now().Add(30*time.Minute).Format("15:04") + " — 0 of 1 have passed — break [31mat ten"
	if line := send(); line != want {
		t.Errorf("%q, expected %q", line, want)
	}
	if line := send(); line != "" {
		t.Errorf("the same news again: %q", line)
	}
	c.act(t, "remove", url.Values{"learner": {"1"}})
	if line := send(); !strings.Contains(line, "`go run ./checker join`") {
		t.Errorf("after the removal: %q", line)
	}
	if joined, err := anna.Add(Report{}); joined || err != nil {
		t.Errorf("a learner who was removed keeps reports: %v", err)
	}
	if err := anna.Hand(t.Context(), true, ""); !errors.Is(err, errNoRoom) {
		t.Errorf("hand without a room: %v", err)
	}
}
