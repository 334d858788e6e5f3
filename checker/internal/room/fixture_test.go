package room

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

var testLessons = []Lesson{
	{Number: 1, Name: "01-states", Title: "States", Checks: []Check{{"whitelist", "only listed transitions are allowed"}, {"clock", "the clock is injected"}}},
	{Number: 2, Name: "02-money", Title: "Money", Checks: []Check{{"cents", "no cent is lost"}}},
}

// clock is a time that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// classroom is an open room with its server.
type classroom struct {
	*Room
	clock *clock
	web   *httptest.Server
}

func openRoom(t *testing.T, root string, clock *clock) *Room {
	t.Helper()
	r, err := Open(Options{Root: root, Name: "Go course", Lessons: testLessons, StuckRuns: 3, StuckAfter: 15 * time.Minute, Now: clock.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func newClassroom(t *testing.T) *classroom {
	t.Helper()
	c := &classroom{clock: newClock()}
	c.Room = openRoom(t, t.TempDir(), c.clock)
	c.web = serve(t, c.Room, Place{})
	return c
}

func serve(t *testing.T, r *Room, at Place) *httptest.Server {
	t.Helper()
	at.URL = "http://room.test"
	at.Site = http.NotFoundHandler()
	handler, err := r.Handler(at)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	return web
}

// join adds a learner and returns their client.
func (c *classroom) join(t *testing.T, name string) Client {
	t.Helper()
	client := Client{Root: t.TempDir(), Now: c.clock.now}
	if _, _, err := client.Join(t.Context(), c.web.URL, c.Code(), name); err != nil {
		t.Fatal(err)
	}
	return client
}

// run reports a run of lesson 1 and sends it.
func run(t *testing.T, c Client, runs int, verdicts, failures map[string]string) {
	t.Helper()
	rep := Report{Kind: KindRun, Lesson: "01-states", Runs: runs, Verdicts: verdicts, Failures: failures}
	if joined, err := c.Add(rep); err != nil || !joined {
		t.Fatalf("the report was not kept: %v", err)
	}
	c.Send(t.Context())
}

// row returns a learner's row of the board.
func (c *classroom) row(t *testing.T, name string) row {
	t.Helper()
	for _, r := range c.view().Rows {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("%s is not on the board", name)
	return row{}
}

// do sends a request and returns status and body.
func do(t *testing.T, method, url string, header map[string]string, body io.Reader) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// act is a form of the board.
func (c *classroom) act(t *testing.T, action string, form url.Values) int {
	t.Helper()
	form.Set("key", c.Key())
	status, _ := do(t, http.MethodPost, c.web.URL+"/board/"+action, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, strings.NewReader(form.Encode()))
	return status
}

var failing = map[string]string{"whitelist": "fail", "clock": "fail"}

// status is that of a refusal; 0 for all else.
func status(err error) int {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal.Status
	}
	return 0
}
