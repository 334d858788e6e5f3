package build_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/build"
)

func number(n int) string { return strconv.Itoa(n) }

// Whatever a shell has set, the learner's right code builds.
func TestServices_ShellSteersTheGoCommand_Builds(t *testing.T) {
	for _, c := range []struct {
		name string
		env  map[string]string
	}{
		{"flags", map[string]string{"GOFLAGS": "-mod=vendor"}},
		{"race without cgo", map[string]string{"GOFLAGS": "-race", "CGO_ENABLED": "0"}},
		{"wrong GOROOT", map[string]string{"GOROOT": "/nonexistent"}},
		{"old toolchain", map[string]string{"GOTOOLCHAIN": "go1.21.0"}},
		{"other system", map[string]string{"GOOS": "plan9", "GOARCH": "386"}},
		{"modules off", map[string]string{"GO111MODULE": "off"}},
		{"foreign workspace", map[string]string{"GOWORK": "/nonexistent/go.work"}},
		{"git of another repository", map[string]string{"GIT_DIR": "/nonexistent/.git"}},
		{"no TMPDIR", map[string]string{"TMPDIR": "/nonexistent"}},
		{"no GOTMPDIR", map[string]string{"GOTMPDIR": "/nonexistent"}},
		{"no HOME", map[string]string{"HOME": "", "GOPATH": "", "XDG_CACHE_HOME": ""}},
		{"cache that cannot be written", map[string]string{"GOCACHE": "/dev/null/cache"}},
		{"cache off", map[string]string{"GOCACHE": "off"}},
		{"no module cache", map[string]string{"GOMODCACHE": "/dev/null/mod"}},
		{"settings that cannot be read", map[string]string{"GOENV": "/dev/null/env"}},
		{"compiler for C that does not work", map[string]string{"CC": "/bin/false", "CGO_ENABLED": "1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := shop(t)
			for name, value := range c.env {
				t.Setenv(name, value)
				if value == "" {
					require.NoError(t, os.Unsetenv(name))
				}
			}
			bins, err := build.Services(t.Context(), dir, []string{"one"}, filepath.Join(dir, ".stagecraft/build"))
			require.NoError(t, err)
			require.Equal(t, "one", output(t, bins["one"]))
		})
	}
}

// A missing module is no mistake of the learner.
func TestServices_ModuleCannotBeDownloaded_LearnerIsNotBlamed(t *testing.T) {
	dir := shop(t)
	write(t, filepath.Join(dir, "go.mod"), "module stagecraft\n\ngo 1.26.0\n\nrequire example.com/lib v1.0.0\n")
	write(t, filepath.Join(dir, "go.sum"), "example.com/lib v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"+
		"example.com/lib v1.0.0/go.mod h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
	write(t, filepath.Join(dir, "shared/s.go"), "package shared\n\nimport \"example.com/lib\"\n\nfunc S() string { return lib.S }\n")
	t.Setenv("GOMODCACHE", t.TempDir())
	for name, proxy := range map[string]string{"no proxy": "off", "proxy that does not answer": "http://127.0.0.1:1"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOPROXY", proxy)
			t.Setenv("GONOSUMDB", "*")
			_, err := build.Services(t.Context(), dir, []string{"one"}, "")
			notBlamed(t, err)
			require.ErrorContains(t, err, "doctor")
		})
	}
	t.Setenv("GOPROXY", "off")
	missing, err := build.MissingModules(t.Context(), dir)
	require.NoError(t, err)
	require.Equal(t, []string{"example.com/lib@v1.0.0"}, missing)
}

func TestServices_ToolchainTooOld_LearnerIsNotBlamed(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	dir := shop(t)
	write(t, filepath.Join(dir, "go.mod"), "module stagecraft\n\ngo 1.99.0\n")
	_, err := build.Services(t.Context(), dir, []string{"one"}, "")
	notBlamed(t, err)
}

func TestServices_NoGoCommandOnThePath_StillFound(t *testing.T) {
	if _, err := os.Stat("/usr/local/go/bin/go"); err != nil {
		t.Skip("Go is not where it usually is")
	}
	t.Setenv("PATH", "/nonexistent")
	require.NotEmpty(t, services(t, shop(t))["one"])
}
