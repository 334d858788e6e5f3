package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/workspace"
)

// A shop of one package in place of the stage, and three lessons on it.
func smallRepository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	files := map[string]string{
		"go.mod":                           "module stagecraft\n\ngo 1.24\n",
		"stage1-mvp/go.mod":                "module shop\n\ngo 1.24\n",
		"stage1-mvp/a/one.go":              "package a\n\n// One is the reference.\nfunc One() int { return 1 }\n",
		"stage1-mvp/a/two.go":              "package a\n\n// Two is the reference.\nfunc Two() int { return One() + 1 }\n",
		"stage1-mvp/a/use.go":              "package a\n\nfunc use() int { return One() + Two() }\n\nvar _ = use\n",
		"lessons/03-late/starter/a/use.go": "package a\n\nfunc use() int { return 0 }\n",
	}
	for number, name := range map[string]string{"01": "One", "02": "Two"} {
		slug := number + "-" + strings.ToLower(name)
		files["lessons/"+slug+"/starter/a/"+strings.ToLower(name)+".go"] = "package a\n\n// " + name + " is yours.\nfunc " + name + "() int { return 0 }\n"
		files["lessons/"+slug+"/lesson.md"] = "---\ntitle: " + name + "\nstage: stage1-mvp\nkind: implement\nminutes: 1\nchecks: [order-state-clock]\n---\ntext\n"
	}
	files["lessons/03-late/lesson.md"] = "---\ntitle: Late\nstage: stage1-mvp\nkind: implement\nminutes: 1\nchecks: [order-state-clock]\nneeds: [postgres]\n---\ntext\n"
	for name, body := range files {
		put(t, filepath.Join(root, name), body)
	}
	return root
}

func put(t *testing.T, name, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}

// passWith records a pass of a lesson with this file in the learner's copy.
func passWith(t *testing.T, root, query, name, body string) {
	t.Helper()
	s, err := openStudio(root)
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.pick([]string{query})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.start(t.Context(), l, false); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(root, "workspace", l.Name(), name), body)
	solution, err := workspace.TakeSolution(root, l)
	if err != nil {
		t.Fatal(err)
	}
	if err := solution.Keep(root, l); err != nil {
		t.Fatal(err)
	}
	if err := s.record(t.Context(), l, check.Report{Verdict: check.Pass, Results: []check.Result{{CheckID: "order-state-clock", Verdict: check.Pass}}}); err != nil {
		t.Fatal(err)
	}
}

func contains(t *testing.T, file string, wants ...string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	says(t, string(text), wants...)
}

func TestStart_EarlierLessonPassed_WorkspaceHasTheLearnersCode(t *testing.T) {
	t.Parallel()
	root := smallRepository(t)
	passWith(t, root, "1", "a/one.go", "package a\n\n// One is mine.\nfunc One() int { return helper() }\n\nfunc helper() int { return 1 }\n")

	out := reply(t, root, "start", "3")
	says(t, out, "It contains your own code from lesson 1 in place of the reference.")
	contains(t, filepath.Join(root, "workspace/03-late/a/one.go"), "return helper()", "func helper() int")
	contains(t, filepath.Join(root, "workspace/03-late/README.md"), "It contains your own code from lesson 1")
	says(t, reply(t, root, "diff", "3"), "You have not changed anything yet")

	says(t, reply(t, root, "reset", "3", "--reference"), "as it was at the start")
	contains(t, filepath.Join(root, "workspace/03-late/a/one.go"), "func One() int { return 1 }")
}

func TestStart_LaterLessonOpen_ItsAnswerIsTakenOutUnlessServicesRun(t *testing.T) {
	t.Parallel()
	root := smallRepository(t)
	says(t, reply(t, root, "start", "1"), "What lessons 2 and 3 will ask for is taken out")
	contains(t, filepath.Join(root, "workspace/01-one/a/two.go"), "func Two() int { return 0 }")
	reply(t, root, "start", "3")
	contains(t, filepath.Join(root, "workspace/03-late/a/two.go"), "return One() + 1")
}

func TestStart_SolutionThatNoLongerFits_IsLeftOutWithAMessage(t *testing.T) {
	t.Parallel()
	root := smallRepository(t)
	passWith(t, root, "1", "a/one.go", "package a\n\n// One is mine.\nfunc One() int { return later() }\n\nfunc later() int { return 1 }\n")
	put(t, filepath.Join(root, "stage1-mvp/a/later.go"), "package a\n\nfunc later() {}\n") // the stage has moved on
	says(t, reply(t, root, "start", "3"), "Your solution of lesson 1 no longer fits the stage")
	contains(t, filepath.Join(root, "workspace/03-late/a/one.go"), "One is the reference")
}
