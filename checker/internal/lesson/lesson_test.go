package lesson_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stagecraft/checker/internal/lesson"
)

func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, body := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const saga = "---\ntitle: The saga, step by step\nslug: saga\nstage: 1\nkind: implement\nminutes: 60\ntopics: [sync-saga]\n" +
	"checks: [saga-a, saga-b]\nfiles: [order/a.go]\nneeds: [postgres]\n---\n\n# Text\n"

func TestLoad(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"stage1-mvp/order/a.go":                    "package order\n\n// A is it.\nfunc A() {}\n",
		"lessons/05-saga/lesson.md":                saga,
		"lessons/05-saga/hints.yaml":               "saga-a:\n  - one\n  - two\n  - three\n",
		"lessons/05-saga/mutants/late/mutant.yaml": "check: saga-a\nmessage: \" charged twice \"\nwhy: it looks right\n",
		"lessons/05-saga/mutants/late/order/a.go":  "package order\n\nfunc A() { panic(1) }\n",
		"lessons/05-saga/alternatives/x/README.md": "other",
		"lessons/06-not-yet/notes.txt":             "",
	})
	lessons, err := lesson.Load(root)
	if err != nil || len(lessons) != 1 {
		t.Fatalf("expected one lesson, seen %d, %v", len(lessons), err)
	}
	l := lessons[0]
	if l.Number != 5 || l.Slug != "saga" || l.Name() != "05-saga" || l.Stage != "stage1-mvp" || l.Body != "\n# Text\n" || len(l.Checks) != 2 {
		t.Errorf("read wrong: %+v", l)
	}
	if got := l.Hints("saga-a"); len(got) != 3 || got[2] != "three" {
		t.Errorf("hints: %q", got)
	}
	mutants, err := l.Mutants()
	if err != nil || len(mutants) != 1 || mutants[0].Message != "charged twice" {
		t.Fatalf("mutants: %+v, %v", mutants, err)
	}
	if _, err := mutants[0].Overlay().Open(lesson.MutantFile); err == nil {
		t.Error("the mutant's description is part of its overlay")
	}
	alternatives, err := l.Alternatives()
	if err != nil || len(alternatives) != 1 || alternatives[0].Name != "x" {
		t.Errorf("alternatives: %+v, %v", alternatives, err)
	}
}

func TestLoad_BrokenLessons_NamesEveryFault(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"stage1-mvp/README.md":    "",
		"lessons/01-a/lesson.md":  "---\ntitle: A\nstage: stage7\nkind: watch\nneeds: [mysql]\nchecks: [x, x]\n---\n",
		"lessons/02-b/lesson.md":  "no front matter",
		"lessons/03-c/lesson.md":  "---\ntitle: C\ncolour: red\n---\n",
		"lessons/05-saga/x.md":    "",
		"lessons/05-saga2/README": "",
	})
	_, err := lesson.Load(root)
	for _, want := range []string{`"stage7"`, `"watch"`, "minutes", `"mysql"`, "x is listed twice", "02-b/lesson.md: it must begin", "colour"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("expected %q in the error, seen %v", want, err)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	lessons := []lesson.Lesson{
		{Number: 1, Slug: "order-state-machine", Title: "The order's state machine"},
		{Number: 5, Slug: "saga", Title: "The saga"},
		{Number: 12, Slug: "async-saga", Title: "The saga over messages"},
	}
	for query, want := range map[string]int{
		"1": 1, "01": 1, "saga": 5, "12-async-saga": 12, "asy": 12, "machine": 1, "mess": 12, "workspace/05-saga/": 5, "STATE": 1,
	} {
		if l, err := lesson.Find(lessons, query); err != nil || l.Number != want {
			t.Errorf("%s: expected lesson %d, seen %d, %v", query, want, l.Number, err)
		}
	}
	for query, want := range map[string]string{"99": "no lesson 99", "22": "planned", "outbox": "planned", "": "which lesson", "zzz": "5 saga", "the": "several"} {
		if _, err := lesson.Find(lessons, query); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: expected an error with %q, seen %v", query, want, err)
		}
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"s/a.go": "package a\n\n// A is it.\nfunc A() {}\n\nfunc B() {}\n"})
	got, err := lesson.Render("before\n\n```go quote=s/a.go#A\nold\n```\n\n```d2\na -> b\n```\nafter `quote=x`\n", root)
	if want := "before\n\n```go source=s/a.go#L4\n// A is it.\nfunc A() {}\n```\n\n```d2\na -> b\n```\nafter `quote=x`\n"; err != nil || got != want {
		t.Errorf("expected\n%s\nseen\n%s\n%v", want, got, err)
	}
	got, err = lesson.Render("```go quote=s/a.go#C\n```\n```go quote=../x.go\n```\nend\n", root)
	if err == nil || !strings.Contains(err.Error(), "line 1: quote s/a.go#C") || !strings.Contains(err.Error(), "must lie in") || !strings.HasSuffix(got, "end\n") {
		t.Errorf("expected both faults and the rest of the text, seen %v\n%s", err, got)
	}
	if quotes := lesson.Quotes("```go quote=s/a.go#A\n```\n"); len(quotes) != 1 || quotes[0].String() != "s/a.go#A" {
		t.Errorf("quotes: %v", quotes)
	}
}
