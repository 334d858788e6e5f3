package cli

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"stagecraft/checker/internal/room"
)

func TestRoom_LearnerJoinsAndRuns_IsOnTheBoard(t *testing.T) {
	t.Parallel()
	root := repository(t)
	s, err := openStudio(root)
	if err != nil {
		t.Fatal(err)
	}
	r, err := room.Open(room.Options{Root: t.TempDir(), Name: "Go course", Lessons: catalogue(s.lessons), StuckRuns: 3, StuckAfter: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	handler, err := r.Handler(room.Place{Site: http.NotFoundHandler()})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(handler)
	defer web.Close()

	says(t, reply(t, root, "join", web.URL, "--code", r.Code(), "--name", "Anna"), `the room "Go course" as Anna`, "Never code, never paths, never logs", "leave")
	says(t, reply(t, root, "hand", "which", "clock?"), "hand --down")
	reply(t, root, "start", "1")
	if code, _, errs := call(t, root, "check", "1"); code != exitFail {
		t.Fatalf("check: exit %d: %s", code, errs)
	}
	reply(t, root, "hint", "1")
	says(t, board(t, web.URL, r.Key()), "Anna", "which clock?", "0 of 5", "order-state-whitelist")
	says(t, reply(t, root, "hand", "--down"), "is down")
	says(t, reply(t, root, "leave"), `left the room "Go course"`)
	if code, _, errs := call(t, root, "leave"); code != exitUnknown || !strings.Contains(errs, "you are in no room") {
		t.Errorf("leave twice: exit %d, %s", code, errs)
	}
}

// A run ends as without a room when there is none at the address.
func TestRoom_Away_ChangesNoRun(t *testing.T) {
	t.Parallel()
	root := repository(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	if err := os.MkdirAll(filepath.Join(root, ".stagecraft"), 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, ".stagecraft", "room.json")
	if err := os.WriteFile(file, []byte(`{"url":"http://`+address+`","token":"t"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	reply(t, root, "start", "1")
	code, out, errs := call(t, root, "check", "1")
	if code != exitFail || strings.Contains(out+errs, "room") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	text, err := os.ReadFile(file)
	if err != nil || bytes.Count(text, []byte(`"kind"`)) != 2 {
		t.Errorf("the spool has not both reports: %s, %v", text, err)
	}
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ = call(t, root, "check", "1")
	if code != exitFail || !strings.Contains(out, "remove it and join again") {
		t.Errorf("a damaged file: exit %d, %s", code, out)
	}
}

func TestRoomCommand_PrintsHowToJoin_AndEndsInOrder(t *testing.T) {
	t.Parallel()
	root := repository(t)
	ctx, stop := context.WithCancel(t.Context())
	out := &firstLines{until: "Ctrl-C", seen: make(chan string, 1)}
	done := make(chan int, 1)
	go func() {
		a := &app{dir: root, in: strings.NewReader(""), out: out, err: out, screen: screen{width: plainWidth}}
		done <- a.run(ctx, []string{"room", "--addr", "127.0.0.1:0", "--name", "Go course"})
	}()
	text := <-out.seen
	says(t, text, "no copy of the repository is handed out", "checker join http://127.0.0.1:", "in .stagecraft/rooms/go-course")
	found := regexp.MustCompile(`Board +(http://[^/]+)/board\?key=(\w+)`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no board in:\n%s", text)
	}
	says(t, board(t, found[1], found[2]), "Go course", "No one has joined yet")
	if code, _, errs := call(t, root, "room", "--addr", strings.TrimPrefix(found[1], "http://")); code != exitUnknown || !strings.Contains(errs, "choose another port") {
		t.Errorf("a taken port: exit %d, %s", code, errs)
	}
	stop()
	if code := <-done; code != exitPass {
		t.Errorf("exit %d", code)
	}
}

func TestRoomCommands_UsageError_SaysWhatToDo(t *testing.T) {
	t.Parallel()
	root := repository(t)
	for _, c := range []struct {
		want string
		args []string
	}{
		{"--code 482193 --name Anna", []string{"join"}},
		{"--code 482193 --name Anna", []string{"join", "http://127.0.0.1:1", "--name", "Anna"}},
		{"is no address of a room", []string{"join", "192.168.1.7", "--code", "1", "--name", "Anna"}},
		{"the instructor's board shows the line that joins it", []string{"hand", "help"}},
		{"give --name 1 to 40", []string{"room", "--addr", "127.0.0.1:0", "--name", "//"}},
		{"--addr :8484", []string{"room", "--addr", "nonsense"}},
	} {
		if code, _, errs := call(t, root, c.args...); code != exitUnknown || !strings.Contains(errs, c.want) {
			t.Errorf("%v: exit %d, %q; the error must say %q", c.args, code, errs, c.want)
		}
	}
}

// firstLines collects what is written until a line with the text; not for use after that.
type firstLines struct {
	text  bytes.Buffer
	until string
	seen  chan string
}

func (f *firstLines) Write(p []byte) (int, error) {
	f.text.Write(p)
	if f.until != "" && strings.Contains(f.text.String(), f.until) {
		f.until = ""
		f.seen <- f.text.String()
	}
	return len(p), nil
}

// board is the instructor's page.
func board(t *testing.T, address, key string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/board", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Room-Key", key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	return text.String()
}
