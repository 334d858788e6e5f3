package build_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"stagecraft/checker/internal/build"
)

// shop is a module with two services that share a package, one of which embeds a file.
func shop(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, body := range map[string]string{
		"go.mod":                  "module stagecraft\n\ngo 1.26.0\n",
		"one/cmd/one/main.go":     "package main\n\nimport \"stagecraft/one/internal/a\"\n\nfunc main() { println(a.A()) }\n",
		"one/internal/a/a.go":     "package a\n\nimport \"stagecraft/shared\"\n\nfunc A() string { return shared.S() }\n",
		"two/cmd/two/main.go":     "package main\n\nimport _ \"embed\"\n\n//go:embed files/x.txt\nvar text string\n\nfunc main() { println(text) }\n",
		"two/cmd/two/files/x.txt": "two",
		"shared/s.go":             "package shared\n\nfunc S() string { return \"one\" }\n",
		"shared/s_test.go":        "package shared\n\nthis does not compile\n",
	} {
		write(t, filepath.Join(dir, name), body)
	}
	return dir
}

func TestOnlyWhatChangedIsBuilt(t *testing.T) {
	t.Parallel()
	dir := shop(t)
	services := func() map[string]string {
		t.Helper()
		bins, err := build.Services(t.Context(), dir, []string{"one", "two"}, filepath.Join(dir, ".stagecraft/build"))
		if err != nil {
			t.Fatal(err)
		}
		return bins
	}
	first := services()
	if out := output(t, first["one"]); out != "one" {
		t.Errorf("expected one, seen %s", out)
	}
	began := time.Now()
	if again := services(); again["one"] != first["one"] || again["two"] != first["two"] {
		t.Error("what has not changed was built anew")
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("nothing to do took %s", took)
	}

	write(t, filepath.Join(dir, "shared/s.go"), "package shared\n\nfunc S() string { return \"ONE\" }\n")
	second := services()
	if second["one"] == first["one"] || second["two"] != first["two"] {
		t.Errorf("expected one to be built and two not, seen %v then %v", first, second)
	}
	if out := output(t, second["one"]); out != "ONE" {
		t.Errorf("expected ONE, seen %s", out)
	}

	write(t, filepath.Join(dir, "two/cmd/two/files/x.txt"), "TWO")
	if out := output(t, services()["two"]); out != "TWO" {
		t.Errorf("an embedded file has changed: expected TWO, seen %s", out)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".stagecraft/build/.tmp-*")); left != nil {
		t.Errorf("left behind: %v", left)
	}
}

func TestErrorsOfTheLearner(t *testing.T) {
	t.Parallel()
	dir := shop(t)
	write(t, filepath.Join(dir, "one/internal/a/a.go"), "package a\n\nfunc A() string {\n\tvar unused int\n\treturn 7\n}\n")
	_, err := build.Services(t.Context(), dir, []string{"one", "two"}, "")
	var failed *build.Error
	if !errors.As(err, &failed) || len(failed.Diagnostics) != 2 {
		t.Fatalf("expected two complaints, seen %v", err)
	}
	if d := failed.Diagnostics[0]; d.File != "one/internal/a/a.go" || d.Line != 4 || d.Col != 6 || !strings.Contains(d.Msg, "unused") || d.Hidden {
		t.Errorf("seen %+v", d)
	}

	write(t, filepath.Join(dir, "one/internal/a/a.go"), "package a\n\nimport \"example.com/nowhere\"\n\nfunc A() string { return nowhere.X }\n")
	if _, err = build.Services(t.Context(), dir, []string{"one"}, ""); !errors.As(err, &failed) || failed.Diagnostics[0].Line != 3 {
		t.Errorf("an import that cannot be had: seen %v", err)
	}
}

func TestHiddenTests(t *testing.T) {
	t.Parallel()
	dir := shop(t)
	hidden := map[string][]byte{
		"shared/zz_test.go": []byte("package shared\n\nimport \"testing\"\n\nfunc TestS(t *testing.T) { println(S()) }\n"),
	}
	bins, err := build.Tests(t.Context(), dir, hidden, "shared")
	if err != nil {
		t.Fatal(err)
	}
	if out := output(t, bins["shared"]); !strings.HasPrefix(out, "one") {
		t.Errorf("expected one, seen %s", out)
	}
	if _, err := os.Stat(filepath.Join(dir, "shared/zz_test.go")); err == nil {
		t.Error("the hidden test was written to the learner's package")
	}
	again, err := build.Tests(t.Context(), dir, hidden, "shared")
	if err != nil || again["shared"] != bins["shared"] {
		t.Errorf("nothing has changed, and yet: %v, %v", again, err)
	}

	write(t, filepath.Join(dir, "shared/s.go"), "package shared\n\nfunc Other() {}\n")
	_, err = build.Tests(t.Context(), dir, hidden, "shared")
	var failed *build.Error
	if !errors.As(err, &failed) || len(failed.Diagnostics) == 0 || !failed.Diagnostics[0].Hidden {
		t.Errorf("expected a complaint in the hidden test, seen %v", err)
	}
}

func TestCancelledIsNobodysFault(t *testing.T) {
	t.Parallel()
	dir := shop(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := build.Services(ctx, dir, []string{"one"}, "")
	var failed *build.Error
	if err == nil || errors.As(err, &failed) {
		t.Errorf("expected an error that blames nobody, seen %v", err)
	}
}

func output(t *testing.T, binary string) string {
	t.Helper()
	out, err := exec.Command(binary).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", binary, err, out)
	}
	return strings.TrimSpace(string(out))
}

func write(t *testing.T, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
}
