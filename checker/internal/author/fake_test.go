package author

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stagecraft/checker/internal/build"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/lesson"
)

// shop is a repository with a lesson whose grader looks at one file: what F returns decides.
func shop(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	all := map[string]string{
		"go.mod":                    "module stagecraft\n\ngo 1.26.0\n",
		"go.sum":                    "",
		"checker/check.go":          "package checker\n",
		"stage9-x/a/a.go":           "package a\n\nfunc F() string { return \"right\" }\n",
		"lessons/01-one/lesson.md":  "---\ntitle: One\nstage: stage9-x\nkind: implement\nminutes: 1\nchecks: [order-state-whitelist]\ntopics: [domain]\nfiles: [a/a.go]\n---\n[here](hints.yaml)\n\n```go quote=stage9-x/a/a.go#F\n```\n",
		"lessons/01-one/hints.yaml": "order-state-whitelist: [one, two, three]\n",

		"lessons/01-one/instructor.md":         "text",
		"lessons/01-one/recap.md":              "text",
		"lessons/01-one/starter/a/a.go":        returns("holes"),
		"lessons/01-one/alternatives/z/a/a.go": returns("right too"),
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		all["lessons/01-one/mutants/"+name+"/mutant.yaml"] = "check: order-state-whitelist\nmessage: it is wrong " + name + "\nwhy: it looks right\n"
		all["lessons/01-one/mutants/"+name+"/a/a.go"] = returns("wrong " + name)
	}
	for name, body := range files {
		all[name] = body
	}
	for name, body := range all {
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

func returns(what string) string { return "package a\n\nfunc F() string { return \"" + what + "\" }\n" }

func readsTheFile(_ context.Context, _ string, l lesson.Lesson, dir string, _ uint64, _ []string) (check.Report, error) {
	source, err := os.ReadFile(filepath.Join(dir, "a/a.go"))
	if err != nil {
		return check.Report{}, err
	}
	r := check.Result{CheckID: l.Checks[0], Verdict: check.Fail, Failure: l.Checks[0], Message: "it is not right"}
	switch text := string(source); {
	case strings.Contains(text, "right"):
		r.Verdict, r.Message = check.Pass, ""
	case strings.Contains(text, "wrong"):
		_, rest, _ := strings.Cut(text, `"`)
		what, _, _ := strings.Cut(rest, `"`)
		r.Message = "it is\n" + what
	case strings.Contains(text, "broken"):
		r.Verdict, r.Message = check.BuildError, "no semicolon"
	case strings.Contains(text, "ours"):
		r.Verdict, r.Fault = check.Unknown, "PostgreSQL has died"
	}
	return check.Report{Results: []check.Result{r}}, nil
}

// leaves says what go vet would say about a package that uses what an overlay has taken away.
func leaves(_ context.Context, dir string) error {
	if source, err := os.ReadFile(filepath.Join(dir, "a/a.go")); err != nil || strings.Contains(string(source), "unused") {
		return &build.Error{Output: "a/a.go:3: unused"}
	}
	return nil
}

// fakeOptions grade with readsTheFile. The checker consists of one package, whose file is check.go.
func fakeOptions(root string, out io.Writer) Options {
	return Options{
		Root: root, Out: out, Parallel: 2, grade: readsTheFile, vet: leaves,
		sources: func(context.Context, string) (*sources, error) {
			const path = internal + "checks/orderstate"
			local := goPackage{ImportPath: path, Dir: filepath.Join(root, "checker"), GoFiles: []string{"check.go"}, Module: &goModule{Path: "stagecraft"}}
			return &sources{toolchain: "go1.26", packages: map[string]goPackage{path: local}}, nil
		},
		built: func() (time.Time, error) { return time.Now().Add(time.Hour), nil },
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		files map[string]string
		want  string
	}{
		"a correct lesson":                      {nil, "1 lessons, 7 versions of them judged, 0 faults"},
		"a starter that passes":                 {map[string]string{"lessons/01-one/starter/a/a.go": returns("right")}, "starter: order-state-whitelist passes before"},
		"a starter that does not compile":       {map[string]string{"lessons/01-one/starter/a/a.go": returns("broken")}, "starter: does not compile"},
		"a starter that breaks another package": {map[string]string{"lessons/01-one/starter/a/a.go": returns("unused")}, "starter: go vet ./... reports: a/a.go:3: unused"},
		"a reference that fails":                {map[string]string{"stage9-x/a/a.go": returns("holes")}, "reference: order-state-whitelist must pass, but: it is not right"},
		"an alternative that fails":             {map[string]string{"lessons/01-one/alternatives/z/a/a.go": returns("wrong z")}, "alternative/z: order-state-whitelist must pass"},
		"a mutant that passes":                  {map[string]string{"lessons/01-one/mutants/a/a/a.go": returns("right")}, "mutant/a: is wrong (it looks right), but order-state-whitelist passes"},
		"a mutant with another message":         {map[string]string{"lessons/01-one/mutants/a/a/a.go": returns("wrong z")}, `mutant/a: order-state-whitelist fails without the message "it is wrong a"`},
		"a mutant that does not compile":        {map[string]string{"lessons/01-one/mutants/a/a/a.go": returns("broken")}, "mutant/a: does not compile"},
		"a mutant of something gone":            {map[string]string{"lessons/01-one/mutants/a/a/a.go": "package a\n\nfunc G() {}\n"}, "mutant/a: a/a.go: the stage's file does not declare G"},
		"servers that died":                     {map[string]string{"lessons/01-one/mutants/a/a/a.go": returns("ours")}, "? mutant/a: order-state-whitelist could not be judged: PostgreSQL has died"},
		"too few hints":                         {map[string]string{"lessons/01-one/hints.yaml": "order-state-whitelist: [one]\nother: [a]\n"}, "order-state-whitelist has 1 hints"},
		"hints for nothing":                     {map[string]string{"lessons/01-one/hints.yaml": "order-state-whitelist: [a, b, c]\nother: [a]\n"}, "the lesson has no check other"},
		"a mutant with another failure":         {map[string]string{"lessons/01-one/mutants/a/mutant.yaml": "check: order-state-whitelist\nfailure: order-state-whitelist.x\nmessage: it is wrong a\nwhy: w\n"}, "mutant/a: the failure is order-state-whitelist, mutant.yaml names order-state-whitelist.x"},
		"a failure of another check":            {map[string]string{"lessons/01-one/mutants/a/mutant.yaml": "check: order-state-whitelist\nfailure: other.x\nmessage: it is wrong a\nwhy: w\n"}, "failure other.x is none of the check order-state-whitelist"},
		"no recap":                              {map[string]string{"lessons/01-one/recap.md": ""}, "recap.md is missing"},
		"a quote of nothing":                    {map[string]string{"stage9-x/a/a.go": "package a\n\nfunc F() string { return \"right\" }\n", "lessons/01-one/instructor.md": "```go quote=stage9-x/a/a.go#G\n```\n"}, "instructor.md: line 1: quote stage9-x/a/a.go#G"},
		"a link to nothing":                     {map[string]string{"lessons/01-one/instructor.md": "[x](../gone.md) [y](#gone)\n\n# Here\n\n[z](#here)"}, "the link ../gone.md has no target"},
		"a list of equivalents that is no list": {map[string]string{"lessons/01-one/equivalent.yaml": "a: b: c\n"}, "equivalent.yaml: yaml"},
		"a mutant's description is broken":      {map[string]string{"lessons/01-one/mutants/a/mutant.yaml": "check: x\n"}, "mutants/a: mutant.yaml must give"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := Verify(t.Context(), fakeOptions(shop(t, tt.files), &out))
			if !strings.Contains(out.String(), tt.want) {
				t.Errorf("expected %q, seen\n%s", tt.want, out.String())
			}
			if wantFault := tt.files != nil; wantFault != IsFaulty(err) {
				t.Errorf("expected faults: %v, seen %v\n%s", wantFault, err, out.String())
			}
		})
	}
}

func TestSoakCountsFalseFailures(t *testing.T) {
	t.Parallel()
	n := 0
	grade := func(ctx context.Context, root string, l lesson.Lesson, dir string, seed uint64, only []string) (check.Report, error) {
		report, err := readsTheFile(ctx, root, l, dir, seed, only)
		if n++; n%4 == 0 {
			report.Results[0].Verdict, report.Results[0].Message = check.Fail, "too late"
		}
		return report, err
	}
	var out bytes.Buffer
	err := Soak(t.Context(), Options{Root: shop(t, nil), Out: &out, grade: grade}, 8)
	if !IsFaulty(err) || !strings.Contains(out.String(), "25.0 %") || !strings.Contains(out.String(), "too late") {
		t.Errorf("expected a quarter of false failures, seen %v\n%s", err, out.String())
	}
}
