package build_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/build"
)

// shop is a module with two services that share a package, one of which embeds a file.
func shop(t *testing.T) string {
	t.Helper()
	return shopAt(t, t.TempDir())
}

func shopAt(t *testing.T, dir string) string {
	t.Helper()
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

func services(t *testing.T, dir string) map[string]string {
	t.Helper()
	bins, err := build.Services(t.Context(), dir, []string{"one", "two"}, filepath.Join(dir, ".stagecraft/build"))
	require.NoError(t, err)
	return bins
}

func TestServices_SourceOrEmbeddedFileChanges_BinaryIsRebuilt(t *testing.T) {
	t.Parallel()
	dir := shop(t)
	require.Equal(t, "one", output(t, services(t, dir)["one"]))

	write(t, filepath.Join(dir, "shared/s.go"), "package shared\n\nfunc S() string { return \"ONE\" }\n")
	require.Equal(t, "ONE", output(t, services(t, dir)["one"]))

	write(t, filepath.Join(dir, "two/cmd/two/files/x.txt"), "TWO")
	require.Equal(t, "TWO", output(t, services(t, dir)["two"]))
}

func TestServices_NothingChanges_BinaryStaysTheSameFile(t *testing.T) {
	t.Parallel()
	dir := shop(t)
	first, err := os.Stat(services(t, dir)["one"])
	require.NoError(t, err)
	second, err := os.Stat(services(t, dir)["one"])
	require.NoError(t, err)
	require.True(t, os.SameFile(first, second), "an unchanged service is not linked again")
}

func TestServices_DirectoryWithGlobCharactersSpacesAndUnicode_Builds(t *testing.T) {
	t.Parallel()
	dir := shopAt(t, filepath.Join(t.TempDir(), "a [b] *c ü", "shop"))
	require.Equal(t, "one", output(t, services(t, dir)["one"]))
	binary, err := build.Test(t.Context(), dir, hidden("println(S())"), "shared")
	require.NoError(t, err, "the learner's own test, which does not compile, is left out")
	require.True(t, strings.HasPrefix(output(t, binary), "one"))
}

func TestServices_LearnersMistake_IsABuildErrorWithItsPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, body, says string }{
		{"syntax", "one/internal/a/a.go", "package a\n\nfunc {\n", "syntax error"},
		{"type", "one/internal/a/a.go", "package a\n\nfunc A() string {\n\tvar unused int\n\treturn 7\n}\n", "declared and not used"},
		{"unknown import", "one/internal/a/a.go", "package a\n\nimport \"example.com/nowhere\"\n\nfunc A() string { return nowhere.X }\n", "no required module"},
		{"missing package", "one/internal/a/a.go", "package a\n\nimport \"stagecraft/nowhere\"\n\nfunc A() string { return nowhere.X }\n", "nowhere"},
		{"import cycle", "shared/s.go", "package shared\n\nimport \"stagecraft/one/internal/a\"\n\nfunc S() string { return a.A() }\n", "import cycle"},
		{"two packages", "shared/t.go", "package other\n", "found packages"},
		{"no main", "one/cmd/one/main.go", "package main\n", "function main is undeclared"},
		{"no file", "one/cmd/one/main.go", "", "no Go files"},
		{"foreign internal", "two/cmd/two/main.go", "package main\n\nimport \"stagecraft/one/internal/a\"\n\nfunc main() { println(a.A()) }\n", "use of internal package"},
		{"go.mod", "go.mod", "module stagecraft\n\nnonsense\n", "unknown directive"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := shop(t)
			if c.body == "" {
				require.NoError(t, os.Remove(filepath.Join(dir, c.file)))
			} else {
				write(t, filepath.Join(dir, c.file), c.body)
			}
			_, err := build.Services(t.Context(), dir, []string{"one", "two"}, "")
			var failed *build.Error
			require.ErrorAs(t, err, &failed)
			require.Contains(t, failed.Output, c.says)
		})
	}
}

func TestServices_TwoMistakes_HaveTheirPlaces(t *testing.T) {
	t.Parallel()
	dir := shop(t)
	write(t, filepath.Join(dir, "one/internal/a/a.go"), "package a\n\nfunc A() string {\n\tvar unused int\n\treturn 7\n}\n")
	_, err := build.Services(t.Context(), dir, []string{"one", "two"}, "")
	var failed *build.Error
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Diagnostics, 2)
	d := failed.Diagnostics[0]
	require.Equal(t, "one/internal/a/a.go 4 6", strings.Join([]string{d.File, number(d.Line), number(d.Col)}, " "))
	require.False(t, d.Hidden)
}

func TestTest_NameThatTheHiddenTestUsesIsMissing_DiagnosticIsHidden(t *testing.T) {
	t.Parallel()
	dir := shop(t)
	write(t, filepath.Join(dir, "shared/s.go"), "package shared\n\nfunc Other() {}\n")
	_, err := build.Test(t.Context(), dir, hidden("println(S())"), "shared")
	var failed *build.Error
	require.ErrorAs(t, err, &failed)
	require.NotEmpty(t, failed.Diagnostics)
	require.True(t, failed.Diagnostics[0].Hidden)
	require.NoFileExists(t, filepath.Join(dir, "shared/zz_test.go"), "the hidden test is never written to the learner's package")
}

func TestTest_HiddenTestNeedsAModuleThatIsNotThere_LearnerIsNotBlamed(t *testing.T) {
	t.Parallel()
	dir := shop(t)
	files := map[string][]byte{"shared/zz_test.go": []byte("package shared\n\nimport (\n\t_ \"example.com/rapid\"\n\t\"testing\"\n)\n\nfunc TestS(t *testing.T) {}\n")}
	_, err := build.Test(t.Context(), dir, files, "shared")
	notBlamed(t, err)
}

func TestServices_ContextCancelled_LearnerIsNotBlamed(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := build.Services(ctx, shop(t), []string{"one"}, "")
	notBlamed(t, err)
}

func hidden(statement string) map[string][]byte {
	return map[string][]byte{
		"shared/zz_test.go": []byte("package shared\n\nimport \"testing\"\n\nfunc TestS(t *testing.T) { " + statement + " }\n"),
	}
}

func notBlamed(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	var failed *build.Error
	require.False(t, errors.As(err, &failed), "trouble of the machine is no error of the learner: %v", err)
}

func output(t *testing.T, binary string) string {
	t.Helper()
	out, err := exec.Command(binary).CombinedOutput()
	require.NoError(t, err, "%s: %s", binary, out)
	return strings.TrimSpace(string(out))
}

func write(t *testing.T, path, body string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(body), 0o644))
}
