package room

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPublicPage_HasNeitherNamesNorSecrets(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	anna := c.join(t, "Anna Schmidt")
	run(t, anna, 1, failing, nil)
	if err := anna.Hand(t.Context(), true, "my question"); err != nil {
		t.Fatal(err)
	}
	c.act(t, "lesson", url.Values{"lesson": {"01-states"}, "minutes": {"30"}})
	c.act(t, "message", url.Values{"text": {"<b>break</b> at ten"}})
	_, page := do(t, http.MethodGet, c.web.URL+"/", nil, nil)
	for _, want := range []string{"Go course", "Lesson 1 · States", `href="/site/lessons/01-states/"`, "30:00", "&lt;b&gt;break&lt;/b&gt; at ten", "1 in the room: 1 have started, 0 have passed", "checker join " + c.web.URL} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
	for _, secret := range []string{"Anna", "my question", c.Code(), c.Key()} {
		if strings.Contains(page, secret) {
			t.Errorf("the page has %q", secret)
		}
	}
}

func TestBoard_WithoutTheKey_ShowsAndDoesNothing(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	c.join(t, "Anna")
	form := "application/x-www-form-urlencoded"
	withCookie := map[string]string{"Cookie": c.cookie() + "=" + c.Key(), "Content-Type": form}
	for _, test := range []struct {
		method, path, body string
		header             map[string]string
		want               int
	}{
		{http.MethodGet, "/board", "", nil, 403},
		{http.MethodGet, "/board?key=wrong", "", nil, 403},
		{http.MethodGet, "/board/live", "", nil, 403},
		{http.MethodGet, "/board/room.csv", "", nil, 403},
		{http.MethodGet, "/board/room.json", "", map[string]string{"Cookie": c.cookie() + "=wrong"}, 403},
		{http.MethodGet, "/board", "", withCookie, 200},
		{http.MethodGet, "/board?key=" + c.Key(), "", nil, 303},
		{http.MethodPost, "/board/remove", "learner=1", map[string]string{"Content-Type": form}, 403},
		{http.MethodPost, "/board/remove", "learner=1", withCookie, 403}, // a cookie is sent by any form
		{http.MethodPost, "/board/remove", "learner=1&key=" + c.Key(), map[string]string{"Content-Type": form, "Origin": "http://evil.test"}, 403},
		{http.MethodPost, "/board/remove", "learner=1&key=" + c.Key(), map[string]string{"Content-Type": form, "Sec-Fetch-Site": "cross-site"}, 403},
		{http.MethodGet, "/board/remove?learner=1&key=" + c.Key(), "", withCookie, 405},
		{http.MethodPost, "/board/lesson", "lesson=99-none&key=" + c.Key(), withCookie, 400},
		{http.MethodPost, "/board/lesson", "lesson=01-states&minutes=-1&key=" + c.Key(), withCookie, 400},
		{http.MethodPost, "/board/remove", "learner=x&key=" + c.Key(), withCookie, 400},
	} {
		if status, body := do(t, test.method, c.web.URL+test.path, test.header, strings.NewReader(test.body)); status != test.want {
			t.Errorf("%s %s %q: %d, expected %d: %s", test.method, test.path, test.body, status, test.want, body)
		}
	}
	if len(c.view().Rows) != 1 {
		t.Fatal("Anna was removed without the key")
	}
	if status := c.act(t, "remove", url.Values{"learner": {"1"}}); status != http.StatusSeeOther || len(c.view().Rows) != 0 {
		t.Errorf("with the key: %d", status)
	}
}

func TestAnswers_CarryTheHeadersThatProtectTheKey(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	for _, path := range []string{"/", "/board?key=" + c.Key(), "/site/", "/none"} {
		req, _ := http.NewRequest(http.MethodGet, c.web.URL+path, nil)
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		h := resp.Header
		if h.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", path, h)
		}
		if strings.Contains(h.Get("Location"), c.Key()) {
			t.Errorf("%s leads to %s", path, h.Get("Location"))
		}
		for _, cookie := range resp.Cookies() {
			if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode {
				t.Errorf("the cookie is not protected: %v", cookie)
			}
		}
	}
}

func TestAPI_HostileRequests_AreRefused(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	anna := c.join(t, "Anna")
	m, _ := anna.load()
	bearer := map[string]string{"Authorization": "Bearer " + m.Token}
	reports := make([]string, maxBatch+1)
	for i := range reports {
		reports[i] = fmt.Sprintf(`{"id":"%d"}`, i)
	}
	for _, test := range []struct {
		path, body string
		header     map[string]string
		want       int
	}{
		{"/api/reports", `{"reports":[` + strings.Repeat(" ", maxBody) + `]}`, bearer, 413},
		{"/api/reports", `{"reports":[` + strings.Join(reports, ",") + `]}`, bearer, 400},
		{"/api/reports", `{`, bearer, 400},
		{"/api/reports", `[]`, bearer, 400},
		{"/api/reports", `{}`, nil, 401},
		{"/api/reports", `{}`, map[string]string{"Authorization": "Bearer " + strings.Repeat("0", 64)}, 401},
		{"/api/join", `{"code":"` + c.Code() + `","name":"Bo","token":"short"}`, nil, 400},
		{"/api/join", `{"code":"` + c.Code() + `","name":"Bo","token":"` + strings.Repeat("x", 64) + `"}`, map[string]string{"Origin": "http://evil.test"}, 403},
		{"/api/hand", `{"up":true,"text":"` + strings.Repeat("x", 1000) + `"}`, bearer, 200},
		{"/api/none", `{}`, bearer, 404},
	} {
		if status, body := do(t, http.MethodPost, c.web.URL+test.path, test.header, strings.NewReader(test.body)); status != test.want {
			t.Errorf("%s %.40s: %d, expected %d: %s", test.path, test.body, status, test.want, body)
		}
	}
	if v := c.view(); len([]rune(v.Hands[0].Hand)) != maxText {
		t.Errorf("a hand of %d runes", len([]rune(v.Hands[0].Hand)))
	}
	limited := false
	for range 40 {
		status, _ := do(t, http.MethodPost, c.web.URL+"/api/hand", bearer, strings.NewReader(`{"up":true}`))
		limited = limited || status == http.StatusTooManyRequests
	}
	if !limited {
		t.Error("a learner may fill the disk")
	}
}

func TestRoom_Full_RefusesTheNextLearner(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	for i := range MaxLearners {
		c.apply(event{Kind: "joined", Learner: i + 1, Name: fmt.Sprint("L", i), Token: fmt.Sprint(i)})
	}
	if err := c.Room.join("Anna", secret()); err == nil || !strings.Contains(err.Error(), "the limit") {
		t.Errorf("%v", err)
	}
}

func TestExport_NamesAreNoFormulas(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	names := []string{`=HYPERLINK("http://evil")`, "+1", "-1", "@SUM(A1)", "a;=1+1", "b,|c", " =x", `"=1"`}
	for _, name := range names {
		c.join(t, name)
	}
	run(t, c.join(t, "Anna"), 3, failing, nil)
	key := map[string]string{"Room-Key": c.Key()}
	_, text := do(t, http.MethodGet, c.web.URL+"/board/room.csv", key, nil)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != len(names)+2 {
		t.Fatalf("%d rows, %v:\n%s", len(rows), err, text)
	}
	for _, row := range rows {
		for _, cell := range row {
			if strings.ContainsAny(cell, `,;|"`+"\t\r\n") || strings.IndexAny(cell, "=+-@") == 0 {
				t.Errorf("the cell %q is not neutral", cell)
			}
		}
	}
	if !strings.Contains(text, `"Anna","false","1","States","started","0","2","whitelist","3","0","2026-`) {
		t.Errorf("Anna's row is missing:\n%s", text)
	}
	_, text = do(t, http.MethodGet, c.web.URL+"/board/room.json", key, nil)
	var out struct{ Work []exported }
	if err := json.Unmarshal([]byte(text), &out); err != nil || len(out.Work) != len(names)+1 {
		t.Errorf("JSON: %d entries, %v", len(out.Work), err)
	}
}

func TestBoard_Change_ReachesTheOpenPage(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, c.web.URL+"/board/live", nil)
	req.Header.Set("Room-Key", c.Key())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	c.join(t, "<Anna>")
	seen := ""
	buffer := make([]byte, 64<<10)
	for !strings.Contains(seen, `\u0026lt;Anna\u0026gt;`) {
		n, err := resp.Body.Read(buffer)
		if seen += string(buffer[:n]); err != nil {
			t.Fatalf("the stream ended: %v\n%s", err, seen)
		}
	}
	if strings.Contains(seen, "<Anna>") {
		t.Error("the name is markup")
	}
}

func TestServe_ContextEnds_StopsOpenBoards(t *testing.T) {
	t.Parallel()
	c := newClassroom(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Serve(ctx, listener, Place{Site: http.NotFoundHandler()}) }()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String()+"/board/live", nil)
	req.Header.Set("Room-Key", c.Key())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("the room does not end while a board is open")
	}
}

func TestModules_OnlyFilesOfTheCache(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cache, outside := filepath.Join(dir, "cache"), filepath.Join(dir, "secret.mod")
	version := filepath.Join(cache, "example.test", "!module", "@v")
	if err := os.MkdirAll(filepath.Join(version, "v9.mod"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{filepath.Join(version, "v1.mod"): "module example.test/Module\n", filepath.Join(version, "v1.lock"): "x", outside: "secret"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(version, "v2.mod")); err != nil {
		t.Fatal(err)
	}
	c := newClassroom(t)
	web := serve(t, c.Room, Place{Modules: cache})
	for path, want := range map[string]int{
		"/modules/example.test/!module/@v/v1.mod":                         200,
		"/modules/example.test/!module/@v/v1.lock":                        404,
		"/modules/example.test/!module/@v/v2.mod":                         500, // a link that leads out
		"/modules/example.test/!module/@v/v9.mod":                         301, // a directory, to …/, which is none of the files
		"/modules/example.test/!module/@v/v9.mod/":                        404,
		"/modules/example.test/!module/@v/v3.mod":                         404,
		"/modules/example.test/!module/@v/":                               404,
		"/modules/":                                                       404,
		"/modules/example.test/!module/@v/..%2f..%2f..%2f..%2fsecret.mod": 404,
		"/stagecraft.bundle":                                              404,
	} {
		if status, body := do(t, http.MethodGet, web.URL+path, nil, nil); status != want || strings.Contains(body, "secret") {
			t.Errorf("%s: %d, expected %d: %s", path, status, want, body)
		}
	}
}

// What the public page tells learners to type: clone the bundle, and take a module from the room with an empty cache.
func TestMaterial_WithoutInternet_ClonesAndDownloads(t *testing.T) {
	t.Parallel()
	goPrints := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("go", args...).Output()
		if err != nil {
			t.Fatalf("go %v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	const module = "golang.org/x/time" // one that this module needs
	var known struct{ Version string }
	if err := json.Unmarshal([]byte(goPrints("mod", "download", "-json", module)), &known); err != nil {
		t.Fatal(err)
	}
	cache := filepath.Join(goPrints("env", "GOMODCACHE"), "cache", "download")
	dir := t.TempDir()
	command := func(at string, env []string, name string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir, cmd.Env = at, append(os.Environ(), env...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
	}
	origin := filepath.Join(dir, "origin")
	command(dir, nil, "git", "init", "-q", "-b", "main", origin)
	if err := os.WriteFile(filepath.Join(origin, "go.mod"), []byte("module example.test/m\n\ngo 1.24\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	command(origin, nil, "git", "add", ".")
	command(origin, nil, "git", "-c", "user.name=a", "-c", "user.email=a@example.test", "commit", "-qm", "first")

	bundle, commit, err := MakeBundle(t.Context(), origin, dir)
	if err != nil || commit == "" {
		t.Fatal(err)
	}
	c := newClassroom(t)
	web := serve(t, c.Room, Place{Bundle: bundle, Modules: cache})
	_, text := do(t, http.MethodGet, web.URL+"/stagecraft.bundle", nil, nil)
	if err := os.WriteFile(filepath.Join(dir, "copy.bundle"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	command(dir, nil, "git", "clone", "-q", "copy.bundle", "clone")
	command(filepath.Join(dir, "clone"), nil, "git", "symbolic-ref", "HEAD") // on a branch
	env := []string{"GOMODCACHE=" + filepath.Join(dir, "empty"), "GOPROXY=" + web.URL + "/modules,off", "GOSUMDB=off", "GOFLAGS=-modcacherw", "GOWORK=off"}
	command(filepath.Join(dir, "clone"), env, "go", "mod", "download", module+"@"+known.Version)
	if _, err := os.Stat(filepath.Join(dir, "empty", "golang.org", "x", "time@"+known.Version)); err != nil {
		t.Error(err)
	}
}
