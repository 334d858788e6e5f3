package proc

import (
	"os"
	"os/user"
	"slices"
	"strings"
)

// steering are the prefixes of variables by which a shell steers clients and servers that the checker uses or starts.
var steering = []string{"PG", "REDIS", "RABBITMQ_", "ERL_", "OTEL_"}

// repositoryVariables tie git to one repository, whatever the directory it runs in.
var repositoryVariables = []string{
	"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR",
	"GIT_NAMESPACE", "GIT_PREFIX",
}

// CleanEnvironment takes out of this program's environment what a shell may have set for other programs and what would change what
// this one does, and repairs HOME and TMPDIR. Libraries read the environment too, pgx above all: call it before anything else.
func CleanEnvironment() {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); steers(name) {
			_ = os.Unsetenv(name)
		}
	}
	_ = os.Setenv("HOME", home())
	_ = os.Setenv("TMPDIR", temporary())
}

// Environ is the environment for a child: this program's, clean as CleanEnvironment leaves it.
func Environ() []string {
	env := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return steers(name) || name == "HOME" || name == "TMPDIR"
	})
	return append(env, "HOME="+home(), "TMPDIR="+temporary())
}

// PlainEnviron is the least environment in which a program runs: for the learner's code, which must not depend on more.
func PlainEnviron() []string {
	env := []string{"HOME=" + home(), "TMPDIR=" + temporary()}
	for _, name := range []string{"PATH", "TZ", "LANG"} {
		if value := os.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func steers(name string) bool {
	return slices.Contains(repositoryVariables, name) ||
		slices.ContainsFunc(steering, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// home is the user's directory, also when the shell does not name it.
func home() string {
	if dir := os.Getenv("HOME"); dir != "" {
		return dir
	}
	if u, err := user.Current(); err == nil && u.HomeDir != "" {
		return u.HomeDir
	}
	return temporary()
}

// temporary is a directory for temporary files that takes them, also when TMPDIR names one that is gone.
func temporary() string {
	for _, dir := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		if file, err := os.CreateTemp(dir, ".stagecraft-*"); err == nil {
			_ = file.Close()
			_ = os.Remove(file.Name())
			return dir
		}
	}
	return os.TempDir()
}
