package room

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
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

func TestJoin_NamesCodesAndTokens_AreChecked(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	anna := c.join(t, "Anna")
	for _, test := range []struct {
		address, code, name, want string
	}{
		{c.web.URL, c.Code(), "ANNA", "is taken"},
		{c.web.URL, c.Code(), "", "1 to 40 printable characters"},
		{c.web.URL, c.Code(), "a\x1b[2Jb", "1 to 40 printable characters"},
		{c.web.URL, c.Code(), strings.Repeat("ä", 41), "1 to 40 printable characters"},
		{c.web.URL, "000000", "Bo", "not the room's code"},
		{"room.test:8484", c.Code(), "Bo", "no address of a room"},
		{c.web.URL + "/?key=1", c.Code(), "Bo", "no address of a room"},
		{"http://127.0.0.1:1", c.Code(), "Bo", "does not answer"},
	} {
		_, _, err := Client{Root: t.TempDir()}.Join(t.Context(), test.address, test.code, test.name)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("join %s as %q: %v; the error must say %q", test.address, test.name, err, test.want)
		}
	}
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") }))
	defer portal.Close()
	if _, _, err := (Client{Root: t.TempDir()}).Join(t.Context(), portal.URL, c.Code(), "Bo"); err == nil || !strings.Contains(err.Error(), "is no room") {
		t.Errorf("a server that is no room: %v", err)
	}

	// The same token is the same learner, whatever the name.
	if _, as, err := anna.Join(t.Context(), c.web.URL+"/", c.Code(), "Anna B"); err != nil || as != "Anna B" || len(c.view().Rows) != 1 {
		t.Errorf("join again: %q, %v, %d learners", as, err, len(c.view().Rows))
	}
	info, err := os.Stat(anna.path())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("room.json holds the token: mode %v, %v", info.Mode(), err)
	}
	if _, err := anna.Leave(t.Context()); err != nil || !c.row(t, "Anna B").Left {
		t.Errorf("leave: %v", err)
	}
	if joined, err := anna.Add(Report{}); joined || err != nil {
		t.Errorf("after leaving a report was kept: %v", err)
	}
	// The name is free, and who takes it continues.
	c.join(t, "anna b")
	if v := c.view(); len(v.Rows) != 1 || v.Rows[0].Left {
		t.Errorf("after joining with the name of one who has left: %+v", v.Rows)
	}
}

// status is that of a refusal; 0 for all else.
func status(err error) int {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal.Status
	}
	return 0
}

func TestJoin_WrongCodes_AreLimitedByAddress(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	for range 10 {
		if err := c.admit("192.168.1.7:4000", "000000"); status(err) != http.StatusForbidden {
			t.Fatalf("a wrong code: %v", err)
		}
	}
	if err := c.admit("192.168.1.7:4001", c.Code()); status(err) != http.StatusTooManyRequests {
		t.Errorf("after ten wrong codes the right one can still be found by trying: %v", err)
	}
	if err := c.admit("192.168.1.8:4000", c.Code()); err != nil {
		t.Errorf("another address is limited as well: %v", err)
	}
	for _, remote := range []string{"[fd00:0:0:1::1]:1", "[fd00:0:0:1::2]:1"} {
		_ = c.admit(remote, "000000")
	}
	if len(c.addresses) != 3 {
		t.Errorf("addresses of one IPv6 network count apart: %d", len(c.addresses))
	}
	c.clock.pass(time.Minute)
	if err := c.admit("192.168.1.7:4000", c.Code()); err != nil {
		t.Errorf("after a minute: %v", err)
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

func TestRoom_OpenedAgain_ContinuesAfterATornLine(t *testing.T) {
	t.Parallel()
	root, clock := t.TempDir(), newClock()
	r := openRoom(t, root, clock)
	c := &classroom{Room: r, clock: clock, web: serve(t, r, Place{})}
	anna := c.join(t, "Anna")
	run(t, anna, 1, failing, nil)
	c.act(t, "lesson", url.Values{"lesson": {"01-states"}, "minutes": {"30"}})
	before := c.view()
	if _, err := Open(r.Options); err == nil || !strings.Contains(err.Error(), "another --name") {
		t.Errorf("the room was opened twice: %v", err)
	}
	r.Close() // the lock goes with the process

	log := filepath.Join(r.Dir, "events.jsonl")
	file, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(file, `{"at":"2026-03-02T09:00:00Z","kind":"joi`)
	file.Close()
	again := &classroom{Room: openRoom(t, root, clock), clock: clock}
	again.web = serve(t, again.Room, Place{})
	if again.Code() != r.Code() || again.Key() != r.Key() {
		t.Error("code or key are others")
	}
	if after := again.view(); fmt.Sprintf("%+v", after) != fmt.Sprintf("%+v", before) {
		t.Errorf("the board is another one:\n%+v\n%+v", before, after)
	}
	m, _ := anna.load()
	m.URL = again.web.URL
	if err := anna.post(t.Context(), m, "/api/reports", reportRequest{[]Report{{ID: "x", Kind: KindRun, Lesson: "01-states", Runs: 2}}}, nil); err != nil {
		t.Errorf("the token is not known any more: %v", err)
	}
	again.Close()

	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		if !json.Valid(line) {
			t.Errorf("the log has a torn line: %s", line)
		}
	}
	if err := os.WriteFile(log, append([]byte("damaged\n"), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(r.Options); err == nil || !strings.Contains(err.Error(), "line 1 of") {
		t.Errorf("a damaged line in the middle: %v", err)
	}
}

func TestOpen_DirectoryNotWritable_SaysWhatToDo(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, ".stagecraft"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Root: root, Name: "x"}); err == nil || !strings.Contains(err.Error(), "make the directory writable") {
		t.Errorf("%v", err)
	}
	if _, err := Open(Options{Root: root, Name: "../.."}); err == nil || !strings.Contains(err.Error(), "give --name") {
		t.Errorf("%v", err)
	}
}

func TestJournal_DiskFull_KeepsNoHalfLineAndTellsTheLearner(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("no /dev/full")
	}
	c := newClassroom(t)
	anna := c.join(t, "Anna")
	whole := c.journal.file
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	c.journal.file = full
	run(t, anna, 1, failing, nil)
	m, _ := anna.load()
	if len(m.Spool) != 1 || m.RetryAt.IsZero() {
		t.Errorf("the report is gone although the room could not keep it: %+v", m)
	}
	c.journal.file = whole
	c.clock.pass(backOff)
	anna.Send(t.Context())
	if got := c.row(t, "Anna"); got.Runs != 1 {
		t.Errorf("the report did not come later: %+v", got)
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
