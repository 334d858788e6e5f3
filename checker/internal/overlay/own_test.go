package overlay_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"stagecraft/checker/internal/overlay"
)

func TestOwn_SolutionLaidOnALaterStage_KeepsBothSidesChanges(t *testing.T) {
	t.Parallel()
	file := func(text string) fstest.MapFS { return fstest.MapFS{"a/a.go": {Data: []byte(text)}} }
	start := file("package a\n\n// F is yours.\nfunc F() int { return 0 }\n\nfunc helper() int { return 0 }\n\nfunc given() int { return 1 }\n")
	mine := file("package a\n\nimport \"strconv\"\n\n// F is yours.\nfunc F() int { n, _ := strconv.Atoi(\"7\"); return n + more }\n\nvar more = 1\n\nfunc helper() int { return 0 }\n\nfunc given() int { return 1 }\n")
	mine["a/new.go"] = &fstest.MapFile{Data: []byte("package a\n\nfunc New() {}\n")}
	mine["a/a_test.go"] = &fstest.MapFile{Data: []byte("package a\n")}
	// The stage has moved on since the learner started: given is another, and a function has come.
	stage := file("package a\n\n// F is the reference.\nfunc F() int { return helper() }\n\nfunc helper() int { return 42 }\n\nfunc given() int { return 2 }\n\nfunc later() {}\n")

	starter := file("package a\n\nfunc F() int { return 0 }\n\nfunc helper() int { return 0 }\n")

	over, err := overlay.Own(stage, starter, start, mine, []string{"a/a.go", "a/a_test.go", "a/new.go"})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := overlay.Apply(stage, over)
	if err != nil {
		t.Fatal(err)
	}
	got := string(changed["a/a.go"])
	for _, want := range []string{`"strconv"`, "return n + more", "var more = 1", "func helper() int { return 0 }", "func later() {}", "func given() int { return 2 }"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "stagecraft:") {
		t.Errorf("a mark is left in\n%s", got)
	}
	if string(changed["a/new.go"]) != "package a\n\nfunc New() {}\n" || changed["a/a_test.go"] != nil {
		t.Errorf("new files: %q, tests: %q", changed["a/new.go"], changed["a/a_test.go"])
	}
}

func TestOwn_NothingChanged_IsEmpty(t *testing.T) {
	t.Parallel()
	stage := fstest.MapFS{"a.go": {Data: []byte("package a\n\nfunc F() int { return 1 }\n\nfunc G() {}\n")}}
	over, err := overlay.Own(stage, overlay.None, stage, stage, []string{"a.go"})
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := overlay.Apply(stage, over); err != nil || len(changed) != 0 {
		t.Errorf("changed %q, %v", changed, err)
	}
}

func TestOwn_DroppedDeclarationAndFile_AreDropped(t *testing.T) {
	t.Parallel()
	stage := fstest.MapFS{
		"a.go": {Data: []byte("package a\n\nfunc F() int { return 1 }\n\n// G goes.\nfunc G() {}\n")},
		"b.go": {Data: []byte("package a\n\nfunc H() {}\n")},
	}
	mine := fstest.MapFS{"a.go": {Data: []byte("package a\n\nfunc F() int { return 2 }\n")}}
	over, err := overlay.Own(stage, overlay.None, stage, mine, []string{"a.go", "b.go"})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := overlay.Apply(stage, over)
	if err != nil || string(changed["a.go"]) != "package a\n\nfunc F() int { return 2 }\n" {
		t.Errorf("a.go is %q, %v", changed["a.go"], err)
	}
	if body, ok := changed["b.go"]; !ok || body != nil {
		t.Errorf("b.go is still there: %q", body)
	}
}
