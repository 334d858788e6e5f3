package servertest

import (
	"fmt"
	"os"
	"strconv"
	"testing"
)

const requireVariable = "STAGECRAFT_REQUIRE_SERVERS"

// Missing ends a test that has no server. On a developer's machine it skips the test; in CI it fails the test, because a test that did not
// run must not look like one that passed.
func (s *Server) Missing(t testing.TB, cause error) {
	t.Helper()
	text := fmt.Sprintf("NOT RUN, needs %s: set %s=%s, or start Docker (%v)", s.Name, s.Variable, s.Example, cause)
	if required(os.Getenv) {
		t.Fatal(text + "; skipping is not allowed, because CI or " + requireVariable + " is set")
	}
	// go test reports skips only with -v, and this line when it tests a single directory.
	s.loud.Do(func() { fmt.Fprintln(os.Stderr, text) })
	t.Skip(text)
}

func required(getenv func(string) string) bool {
	for _, name := range []string{requireVariable, "CI"} {
		if on, err := strconv.ParseBool(getenv(name)); getenv(name) != "" && (on || err != nil) {
			return true
		}
	}
	return false
}
