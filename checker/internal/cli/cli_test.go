package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/progress"
)

// repository is a Stagecraft of its own in a temporary directory, with the real lessons and stages.
func repository(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	real, err := findRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	stages, _ := filepath.Glob(filepath.Join(real, "stage*"))
	for _, name := range append(stages, filepath.Join(real, "lessons")) {
		if err := os.Symlink(name, filepath.Join(root, filepath.Base(name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		copyFile(t, filepath.Join(real, name), filepath.Join(root, name))
	}
	return root
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// call runs one command as at a pipe.
func call(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{dir: dir, in: strings.NewReader(""), out: &out, err: &errs, screen: screen{width: plainWidth}}
	code = a.run(t.Context(), args)
	return code, out.String(), errs.String()
}

func says(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}

// Lesson 1 from the first start to the reset, by commands alone, without any server.
func TestLesson1_CommandsAlone_FromStartToReset(t *testing.T) {
	t.Parallel()
	root := repository(t)

	code, out, errs := call(t, root, "start", "--open", "1")
	if code != exitPass {
		t.Fatalf("start: exit %d: %s", code, errs)
	}
	says(t, out, "workspace/01-order-state-machine (new)", "order/internal/domain/status.go", "go run ./checker check 1", "## Why this matters")

	code, out, errs = call(t, root, "check")
	if code != exitFail {
		t.Fatalf("check of the starter: exit %d, not %d: %s%s", code, exitFail, out, errs)
	}
	says(t, out, "expected", "seen", "--only order-state-whitelist", "next: go run ./checker hint 1")
	if code, _, errs := call(t, root, "recap", "1"); code != exitUnknown || !strings.Contains(errs, "has not passed yet") {
		t.Errorf("the recap came before a pass: exit %d, %s", code, errs)
	}

	first := reply(t, root, "hint", "1")
	says(t, first, "hint 1 of 3")
	if second := reply(t, root, "hint", "1"); second == first {
		t.Error("the second hint is the first one again")
	}

	if code, out, _ = call(t, root, "solution", "1"); code != exitUnknown || out != "" {
		t.Errorf("the solution came before a pass and without a yes: exit %d, %s", code, out)
	}
	says(t, reply(t, root, "solution", "1", "--yes"), "CanTransitionTo")
	says(t, reply(t, root, "diff", "1"), "You have not changed anything yet")
	if code, out, _ = call(t, root, "diff", "1", "--reference"); code != exitUnknown || out != "" {
		t.Errorf("the reference came before a pass and without a yes: exit %d, %s", code, out)
	}
	says(t, reply(t, root, "diff", "1", "--reference", "--yes"), "--- yours/order/internal/domain/order.go", "+++ reference/")

	domain := filepath.Join("order", "internal", "domain")
	mine := filepath.Join(root, "workspace", "01-order-state-machine")
	for _, name := range []string{"status.go", "order.go"} {
		copyFile(t, filepath.Join(root, "stage1-mvp", domain, name), filepath.Join(mine, domain, name))
	}
	// From inside the workspace no lesson needs to be named.
	code, out, errs = call(t, filepath.Join(mine, domain), "check", "--json")
	if code != exitPass {
		t.Fatalf("check of the reference: exit %d: %s%s", code, out, errs)
	}
	var rep check.Report
	if err := json.Unmarshal([]byte(out), &rep); err != nil {
		t.Fatalf("--json printed something else: %v\n%s", err, out)
	}
	if rep.Verdict != check.Pass || rep.Schema != check.Schema {
		t.Errorf("verdict %s, schema %s", rep.Verdict, rep.Schema)
	}
	says(t, reply(t, root, "list"), "✓   1", "next: make lesson 2")
	says(t, reply(t, root, "recap", "1"), "What you can do now", "It is the same as the reference", "You needed 2 runs", "next: make lesson 2")
	says(t, reply(t, root, "check", "1"), "recap: go run ./checker recap 1", "next: make lesson 2")
	says(t, reply(t, root, "solution"), "CanTransitionTo")
	says(t, reply(t, root, "diff"), "Your code is the same as the reference")
	says(t, reply(t, root, "diff", "--start"), "--- start/order/internal/domain/order.go", "+++ yours/")
	says(t, reply(t, root, "hint", "1"), "Nothing failed in the last run")

	says(t, reply(t, root, "backups"), "no backups")
	says(t, reply(t, root, "reset", "1"), "is kept in workspace/.backups/")
	says(t, reply(t, root, "backups"), "01-order-state-machine")
	says(t, reply(t, root, "list"), "›   1")
	if _, _, errs := call(t, root, "hint", "1"); !strings.Contains(errs, "run `go run ./checker check 1` first") {
		t.Errorf("a new copy has not been judged, and hint says: %s", errs)
	}
	says(t, reply(t, root, "hint", "1", "--check", "order-state-whitelist"), "hint 1 of 3")

	if err := os.WriteFile(filepath.Join(mine, domain, "broken.go"), []byte("package domain\n\nvar x int = nothing\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, out, _ = call(t, root, "check", "1")
	says(t, out, "undefined: nothing", "as above", "do not build")
	says(t, reply(t, root, "hint", "1"), "No hint about the topic helps here; fix this first: your code does not compile")

	if err := os.WriteFile(filepath.Join(mine, domain, "broken.go"), []byte("package domain\n\nvar _ bool = StatusPaid.CanTransitionTo()\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, out, _ = call(t, root, "check", "1")
	says(t, out, "func (s OrderStatus) CanTransitionTo(to OrderStatus) bool")
	says(t, reply(t, root, "hint", "1"), "The signature that the lesson gives:", "CanTransitionTo(to OrderStatus) bool")
}

// reply is what a command that must succeed prints.
func reply(t *testing.T, dir string, args ...string) string {
	t.Helper()
	code, out, errs := call(t, dir, args...)
	if code != exitPass {
		t.Errorf("%v: exit %d: %s", args, code, errs)
	}
	return out
}

func TestCommands_UsageError_SaysWhatToDoAndExits2(t *testing.T) {
	t.Parallel()
	root := repository(t)
	for _, c := range []struct {
		want string
		args []string
	}{
		{"did you mean `start`", []string{"starts"}},
		{"`go run ./checker start 7` opens a lesson", []string{"7"}},
		{"--help", []string{"check", "--colour"}},
		{"lesson 56 (Capstone) is planned and not written yet", []string{"start", "56"}},
		{"there is no lesson 99", []string{"check", "99"}},
		{"`go run ./checker start 1` makes your copy", []string{"check", "1"}},
		{"begin with `go run ./checker start 1`", []string{"check"}},
		{"one lesson at a time", []string{"check", "1", "2"}},
		{"run `go run ./checker check 1` first", []string{"hint", "1"}},
		{"`go run ./checker check 1` runs it", []string{"timeline", "1"}},
		{"which stage? There are: stage1-mvp", []string{"run", "nope"}},
		{"it must be like SAGA_SCAN_INTERVAL=5s", []string{"run", "stage1", "--env", "SAGA_SCAN_INTERVAL"}},
	} {
		code, out, errs := call(t, root, c.args...)
		if code != exitUnknown || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%v: exit %d, stdout %q, stderr %q; the error must say %q", c.args, code, out, errs, c.want)
		}
	}
	if code, _, errs := call(t, t.TempDir(), "list"); code != exitUnknown || !strings.Contains(errs, "not inside a Stagecraft repository") {
		t.Errorf("outside a repository: exit %d, %s", code, errs)
	}
}

func TestCheck_DamagedCopy_IsNotABuildError(t *testing.T) {
	t.Parallel()
	root := repository(t)
	reply(t, root, "start", "1")
	found, err := filepath.Glob(filepath.Join(root, "workspace", "01-*", "go.mod"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the copy's go.mod: %v, %v", found, err)
	}
	if err := os.Remove(found[0]); err != nil {
		t.Fatal(err)
	}
	code, out, errs := call(t, root, "check", "1")
	if code != exitUnknown || out != "" || !strings.Contains(errs, "`go run ./checker reset 1` moves it to a backup") {
		t.Errorf("exit %d, stdout %q, stderr %q; the error must say how to get a whole copy", code, out, errs)
	}
}

func TestCommands_WorkspaceOfAFormerNumber_MovesWithItsProgress(t *testing.T) {
	t.Parallel()
	root := repository(t)
	old := filepath.Join(root, "workspace", "05-saga")
	if err := os.MkdirAll(old, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(old, "mine.txt"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := progress.Update(root, func(p *progress.Progress) { p.Current = "05-saga"; p.Of("05-saga").Runs = 3 }); err != nil {
		t.Fatal(err)
	}

	_, _, errs := call(t, root, "list")
	says(t, errs, "your copy is workspace/17-saga now", "Your progress")
	if text, err := os.ReadFile(filepath.Join(root, "workspace", "17-saga", "mine.txt")); err != nil || string(text) != "mine" {
		t.Errorf("the copy has not moved: %q, %v", text, err)
	}
	if p, err := progress.Load(root); err != nil || p.Current != "17-saga" || p.Of("17-saga").Runs != 3 || p.Lessons["05-saga"] != nil {
		t.Errorf("the progress has not moved: %+v, %v", p, err)
	}
	if _, _, errs := call(t, root, "list"); errs != "" {
		t.Errorf("a second command reports the move again: %s", errs)
	}

	// A copy of the new number exists: both must stay.
	if err := os.MkdirAll(old, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(old, "mine.txt"), []byte("older"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, errs = call(t, root, "list")
	says(t, errs, "Both are kept: the old one is in workspace/.backups/05-saga-")
	if kept, _ := filepath.Glob(filepath.Join(root, "workspace", ".backups", "05-saga-*", "mine.txt")); len(kept) != 1 {
		t.Errorf("the old copy is not among the backups: %v", kept)
	}
}

func TestNoCommand_Pipe_PrintsTheCatalogue(t *testing.T) {
	t.Parallel()
	says(t, reply(t, repository(t)), "The order's state machine", "next: make lesson 1")
}

func TestScreen_Environment_DecidesInterfaceAndColour(t *testing.T) {
	t.Parallel()
	pipe, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if s := lookAt(pipe, pipe, func(string) string { return "xterm" }); s.interactive || s.colour {
		t.Errorf("no terminal, but %+v", s)
	}
	for _, env := range []map[string]string{{"TERM": "dumb"}, {}, {"TERM": "xterm", "CI": "true"}} {
		if decide(true, true, func(k string) string { return env[k] }).interactive {
			t.Errorf("the interface would be drawn with %v", env)
		}
	}
	plain := decide(true, true, func(k string) string { return map[string]string{"TERM": "xterm", "NO_COLOR": "0"}[k] })
	if !plain.interactive || plain.colour {
		t.Errorf("NO_COLOR takes the colours and nothing else, but %+v", plain)
	}
}

func TestStart_Lesson0_PrintsTheTour(t *testing.T) {
	t.Parallel()
	root := repository(t)
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	real, err := findRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(root, "docs"), 0o755); err != nil {
		t.Fatal(err)
	}
	copyFile(t, filepath.Join(real, "docs", "tour.md"), filepath.Join(root, "docs", "tour.md"))
	for _, args := range [][]string{{"start", "--open", "0"}, {"lesson", "tour"}} {
		says(t, reply(t, root, args...), "# A tour of the workshop", "(docs/primer.md)")
	}
	if _, err := os.Stat(filepath.Join(root, "workspace")); err == nil {
		t.Error("the tour has made a workspace")
	}
}
