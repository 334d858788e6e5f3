package monorepo

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/check"
)

// goMod is what `go mod edit -json` prints.
type goMod struct {
	Module  struct{ Path string }
	Go      string
	Require []struct{ Path, Version string }
	Replace []struct {
		Old, New struct{ Path, Version string }
	}
}

// moduleFile reads the go.mod of a directory.
func moduleFile(t *check.T, dir, name string) goMod {
	text, ok := goIn(t, dir, "off", "mod", "edit", "-json")
	if !ok {
		t.FailAt(name, 0, check.Failure{ID: "unreadable", Sentence: "the go command cannot read " + name, Expected: "a go.mod", Seen: text})
	}
	var m goMod
	t.Ours("read "+name, json.Unmarshal([]byte(text), &m))
	return m
}

// split fails the check unless the errors are a module of their own, with the path that the lesson gives.
func split(t *check.T) goMod {
	name := errsDir + "/go.mod"
	if !exists(t.Dir(), errsDir, "go.mod") {
		t.Fail(check.Failure{
			ID: "no-module", Sentence: errsDir + " is no module", Expected: name, Seen: "no such file",
			Why: "The team of the returns portal would have to require the whole shop, with all of its libraries.",
		})
	}
	m := moduleFile(t, filepath.Join(t.Dir(), errsDir), name)
	if m.Module.Path != errsPath {
		t.FailAt(name, 1, check.Failure{
			ID: "path", Sentence: "the module has another path", Expected: "module " + errsPath, Seen: "module " + m.Module.Path,
			Why: "The path of the module is the beginning of its import paths, and 153 files import " + errsPath + ".",
		})
	}
	return m
}

func module(t *check.T) {
	t.Step("read %s/go.mod", errsDir)
	m := split(t)
	stage := stageMod(t)
	if m.Go != stage.Go {
		t.FailAt(errsDir+"/go.mod", 0, check.Failure{
			ID: "go-version", Sentence: "the two modules name different versions of Go", Expected: "go " + stage.Go, Seen: "go " + m.Go,
			Why: "The line decides which language the code is compiled as, and which toolchain the users need.",
		})
	}
	if len(m.Replace) > 0 {
		t.FailAt(errsDir+"/go.mod", 0, check.Failure{
			ID: "replace", Sentence: "a module that others require replaces another one", Expected: "no replace in " + errsDir + "/go.mod",
			Seen: fmt.Sprintf("replace %s => %s", m.Replace[0].Old.Path, m.Replace[0].New.Path),
			Why:  "A replace counts in the main module alone: the module works here, and with another version elsewhere.",
		})
	}
	apart := filepath.Join(scratch(t), "errs")
	source := filepath.Join(t.Dir(), errsDir)
	t.Ours("copy the module", copyTree(apart, source, func(name string) bool { return !exists(source, name, "go.mod") || name == "." }))
	t.Step("build a program of another repository with the module alone")
	portal(t, apart)
	sameNames(t, source)
	t.Step("ask go mod tidy")
	if text, ok := goIn(t, apart, "off", "mod", "tidy", "-diff"); !ok {
		t.FailAt(errsDir+"/go.mod", 0, check.Failure{
			ID: "tidy", Sentence: "the module does not require exactly what it needs", Expected: "go mod tidy changes neither go.mod nor go.sum of " + errsDir,
			Seen: text, Why: "Each line raises the versions of all who require the module, or is missing when they build it.",
		})
	}
	t.Step("run the module's tests, without the shop beside it")
	ownTests(t, apart)
}

// portal is another repository that uses the module: all of its exported names, and nothing of the shop.
func portal(t *check.T, apart string) {
	dir := filepath.Join(filepath.Dir(apart), "portal")
	t.Ours("make another repository", os.MkdirAll(dir, 0o755))
	for name, text := range map[string]string{
		"go.mod": "module example.com/returns\n\ngo 1.26.0\n\nrequire " + errsPath + " v0.0.0\n\nreplace " + errsPath + " => ../errs\n", "portal_test.go": portalTest,
	} {
		t.Ours("make another repository", os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	text, ok := goIn(t, dir, "off", "list", "-e", "-mod=mod", "-deps", "-f", "{{with .Error}}{{.}}{{end}}", errsPath)
	if !ok || strings.TrimSpace(text) != "" {
		t.Fail(check.Failure{
			ID: "alone", Sentence: "another repository cannot build the module", Expected: "the module builds without the shop beside it",
			Seen: brief(text, filepath.Dir(dir)), Why: "The files of a module are those below its go.mod. Nothing beside them is downloaded with it.",
		})
	}
	text, ok = goIn(t, dir, "off", "list", "-mod=mod", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", errsPath)
	t.True(ok, check.Failure{ID: "alone", Sentence: "another repository cannot build the module", Seen: text})
	for _, path := range strings.Fields(text) {
		if path != errsPath {
			t.Fail(check.Failure{
				ID: "libraries", Sentence: "the module brings a library to all of its users", Expected: "only packages of the standard library, as before",
				Seen: errsPath + " imports " + path, Why: "The team of the returns portal wants the codes of our errors, not our libraries.",
			})
		}
	}
	if text, ok := goIn(t, dir, "off", "test", "-mod=mod", "./..."); !ok {
		t.Fail(check.Failure{
			ID: "api", Sentence: "the package does not do what it did", Expected: "the exported names of " + errsPath + " as in the shop until now",
			Seen: text, Why: "A package that moves to a module of its own keeps its API: the services and the portal use it at once.",
		})
	}
}

// portalTest uses each exported name of the package.
const portalTest = `package portal

import (
	"context"
	"errors"
	"testing"
	"time"

	"shop/platform/errs"
)

func TestPortal(t *testing.T) {
	for code, name := range map[errs.Code]string{1001: "NOT_FOUND", 1002: "INVALID_INPUT", 1003: "PRECONDITION_FAILED", 1004: "UNAUTHORIZED", 1005: "FORBIDDEN",
		1006: "CONFLICT", 1007: "RATE_LIMITED", 1008: "ALREADY_EXISTS", 1009: "ABORTED", 1010: "CANCELED", 5000: "INTERNAL", 5001: "UNAVAILABLE",
		5002: "DEADLINE_EXCEEDED"} {
		if !code.Known() || code.String() != name || code.Message() == "" {
			t.Errorf("code %d is %s, it was %s", int(code), code, name)
		}
	}
	all := []errs.Code{errs.NotFound, errs.InvalidInput, errs.Precondition, errs.Unauthorized, errs.Forbidden, errs.Conflict, errs.RateLimited,
		errs.AlreadyExists, errs.Aborted, errs.Canceled, errs.Internal, errs.Unavailable, errs.DeadlineExceeded}
	if len(all) != 13 || errs.Code(7).Known() || errs.Code(7).String() != "INTERNAL" {
		t.Error("the code 7 is known, it was not")
	}
	cause := errors.New("no rows")
	var err error = errs.Wrap(cause, errs.NotFound, "ORDER_NOT_FOUND", "order %d not found", 7)
	want := errs.DomainError{Code: errs.NotFound, Reason: "ORDER_NOT_FOUND", Message: "order 7 not found", Cause: cause, Remote: false, RetryAfter: time.Duration(0)}
	if got := *errs.From(err); got != want || !errors.Is(err, cause) || err.Error() != "order 7 not found: no rows" {
		t.Errorf("Wrap gives %+v, it gave %+v", got, want)
	}
	if errs.CodeOf(context.DeadlineExceeded) != errs.DeadlineExceeded || errs.CodeOf(nil) != 0 || errs.From(nil) != nil {
		t.Error("CodeOf or From is another one than before")
	}
	if errs.New(errs.Conflict, "R", "m").Code != errs.Conflict {
		t.Error("New is another one than before")
	}
}
`

// ownTests runs the tests that have moved with the package.
func ownTests(t *check.T, apart string) {
	text, ok := goIn(t, apart, "off", "test", "-list", ".", "./...")
	if ok && !strings.Contains(text, "\nTest") && !strings.HasPrefix(text, "Test") {
		t.Fail(check.Failure{
			ID: "tests", Sentence: "the module has no tests", Expected: "the tests of " + errsDir + ", which move with the package", Seen: "no test function",
			Why: "Without them the next change of an error is tested by its users, in two repositories.",
		})
	}
	if ok {
		text, ok = goIn(t, apart, "off", "test", "./...")
	}
	if !ok {
		t.Fail(check.Failure{
			ID: "tests", Sentence: "the tests of the module do not pass without the shop", Expected: "go test ./... passes in a copy of " + errsDir,
			Seen: text, Why: "Its owner tests it before each release, by itself.",
		})
	}
}

// stageMod is the go.mod that the learner was given.
func stageMod(t *check.T) goMod {
	return moduleFile(t, filepath.Join(t.Root(), stage), "go.mod")
}
