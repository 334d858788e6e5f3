package gotest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"stagecraft/checker/internal/check"
)

// learners are packages as a learner may have left them, by directory.
var learners = map[string]string{
	"good": `package good
import "errors"
type Order struct{ status int }
func New() *Order { return &Order{status: 1} }
func (o *Order) Ship() error { if o.status != 3 { return errors.New("not paid") }; return nil }
func Boom() { var m map[string]int; m["a"] = 1 }
func BoomLater() { go Boom() }
func Hang() { for { } }
func Wait() { select {} }
func Quit() { println("PASS"); quit() }
`,
	"good/quit.go": `package good
import ("fmt"; "os")
func quit() { fmt.Println("--- PASS: TestQuit"); os.Exit(0) }
func QuitBadly() { os.Exit(3) }
`,
	// A learner's own tests must neither help nor hurt.
	"good/own_test.go": `package good
import ("fmt"; "os"; "testing")
func TestMain(m *testing.M) { fmt.Println("PASS"); os.Exit(0) }
func TestShip(t *testing.T) {}
func broken( {
`,
	"exits": `package exits
import ("fmt"; "os")
func init() { fmt.Println("PASS"); os.Exit(0) }
func Do() {}
`,
	"missing": `package missing
type Order struct{}
`,
	"form": `package form
func Add(a int) int { return a }
`,
	"syntax": `package syntax
func Do() { return 1 }
`,
}

var hidden = fstest.MapFS{
	"testdata/good/zz_ship_test.go": file(`package good_test
import ("testing"; "learner/good"; "fmt")
func TestShip(t *testing.T) {
	t.Run("sub", func(t *testing.T) { t.Parallel(); if good.New().Ship() == nil { t.Error("shipped") } })
}
func TestExplains(t *testing.T) {
	fmt.Println("noise of the learner")
	t.Log("STAGECRAFT {\"expected\":\"PAID\",\"seen\":\"PENDING\",\"why\":\"money\"}")
	t.FailNow()
}
func TestPlain(t *testing.T) { t.Errorf("got %d, want %d", 1, 2) }
func TestParallelSub(t *testing.T) { t.Run("sub", func(t *testing.T) { t.Parallel(); t.Error("late") }) }
func TestSkipped(t *testing.T) { t.Skip("not today") }
`),
	"testdata/good/zz_crash_test.go": file(`package good
import ("fmt"; "runtime/debug"; "testing"; "time")
func TestBoom(t *testing.T) { Boom() }
func TestBoomLater(t *testing.T) { BoomLater(); time.Sleep(time.Second) }
func TestHang(t *testing.T) { Hang() }
func TestCaught(t *testing.T) {
	defer func() { recover(); debug.PrintStack(); fmt.Println("STAGECRAFT {\"seen\":\"panic: caught\"}"); t.FailNow() }()
	Boom()
}
func TestWait(t *testing.T) { Wait() }
func TestQuit(t *testing.T) { Quit() }
func TestQuitBadly(t *testing.T) { QuitBadly() }
`),
	"testdata/exits/zz_test.go":   file("package exits\nimport \"testing\"\nfunc TestDo(t *testing.T) { Do() }\n"),
	"testdata/missing/zz_test.go": file("package missing_test\nimport (\"testing\"; \"learner/missing\")\nfunc TestDo(t *testing.T) { o := missing.NewOrder(); var p missing.Order; p.Ship(); _ = o }\n"),
	"testdata/form/zz_test.go":    file("package form_test\nimport (\"testing\"; \"learner/form\")\nfunc TestDo(t *testing.T) { form.Add(1, 2) }\n"),
	"testdata/syntax/zz_test.go":  file("package syntax\nimport \"testing\"\nfunc TestDo(t *testing.T) { Do() }\n"),
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func workspace(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module learner\n\ngo 1.24\n")
	for name, text := range learners {
		if !strings.HasSuffix(name, ".go") {
			name += "/code.go"
		}
		write(name, text)
	}
	return dir
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	runner := New(workspace(t), 7, []check.Check{{ID: "x", Tests: hidden}})
	t.Cleanup(runner.Close)
	runner.Compile(t.Context())

	cases := []struct {
		pkg, test string
		verdict   check.Verdict
		says      string // somewhere in the failure or the fault
		file      string
	}{
		{"good", "TestShip", check.Pass, "", ""},
		{"good", "TestExplains", check.Fail, "PENDING", ""},
		{"good", "TestPlain", check.Fail, "got 1, want 2", ""},
		{"good", "TestBoom", check.Fail, "assignment to entry in nil map", "good/code.go"},
		{"good", "TestBoomLater", check.Fail, "assignment to entry in nil map", "good/code.go"},
		{"good", "TestShip", check.Pass, "", ""},
		{"good", "TestHang", check.Fail, "did not come back within ", "*"},
		{"good", "TestCaught", check.Fail, "panic: caught", "good/code.go"},
		{"good", "TestWait", check.Fail, "waits forever", "good/code.go"},
		{"good", "TestQuit", check.Fail, "ended the process", "good/quit.go"},
		{"good", "TestQuitBadly", check.Fail, "exit status 3", ""},
		{"good", "TestParallelSub", check.Fail, "late", ""},
		{"good", "TestSkipped", check.Unknown, "not today", ""},
		{"good", "TestNobody", check.Unknown, "no hidden test", ""},
		{"good", "TestShip", check.Pass, "", ""},
		{"exits", "TestDo", check.Fail, "before the first test", ""},
		{"missing", "TestDo", check.BuildError, "NewOrder, Order.Ship", ""},
		{"form", "TestDo", check.BuildError, "form that the lesson gives", ""},
		{"syntax", "TestDo", check.BuildError, "your code does not compile", "syntax/code.go"},
	}
	crashes := []string{"TestBoom", "TestBoomLater", "TestHang", "TestCaught", "TestWait", "TestQuit", "TestQuitBadly"}
	for _, c := range cases { // one process serves them in turn, as in a run
		limit := 20 * time.Second
		if c.test == "TestHang" {
			limit = time.Second
		}
		out := runner.RunTest(t.Context(), c.pkg, c.test, limit)
		text := strings.Join([]string{out.Failure.Sentence, out.Failure.Expected, out.Failure.Seen, out.Failure.Why, out.Fault}, "\n")
		if out.Verdict != c.verdict || !strings.Contains(text, c.says) || c.file != "*" && out.File != c.file ||
			out.Failure.Crashed != slices.Contains(crashes, c.test) && c.pkg == "good" {
			t.Errorf("%s.%s: want %s saying %q at %q, got %s at %q:\n%s\noutput:\n%s",
				c.pkg, c.test, c.verdict, c.says, c.file, out.Verdict, out.File, text, out.Output)
		}
		if c.test == "TestExplains" && out.Output != "noise of the learner" {
			t.Errorf("the evidence repeats what the failure says, or the marks of the testing package:\n%s", out.Output)
		}
	}
}

func TestExplain_LimitOverOnABusyMachine_IsUnknown(t *testing.T) {
	t.Parallel()
	out := explain(t.TempDir(), "TestX", ended{timeout: true, busy: true, started: true, waited: 10 * time.Second, elapsed: time.Minute})
	if out.Verdict != check.Unknown || !strings.Contains(out.Fault, "10s within 1m0s") {
		t.Errorf("want unknown with both times, got %s: %s", out.Verdict, out.Fault)
	}
}

func TestExplain_LimitOver_SaysThatTheCodeHangs(t *testing.T) {
	t.Parallel()
	if f := died(ended{timeout: true, started: true, waited: 10 * time.Second}); !f.Hung || !strings.Contains(f.Sentence, "within 10s") {
		t.Errorf("want a failure that ends the run and names the limit, got %+v", f)
	}
}
