package servertest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// witness is a test without a server. It records how it ended.
type witness struct {
	testing.TB
	ended string
}

func (w *witness) Helper() {}

func (w *witness) Skip(args ...any) { w.end("skipped: " + fmt.Sprint(args...)) }

func (w *witness) Fatal(args ...any) { w.end("failed: " + fmt.Sprint(args...)) }

func (w *witness) end(how string) {
	w.ended = how
	runtime.Goexit()
}

// Not parallel: the environment is global.
func TestMissing_SkipsLocallyAndFailsInCI(t *testing.T) {
	for _, c := range []struct{ ci, require, want string }{
		{"", "", "skipped"},
		{"false", "0", "skipped"},
		{"true", "", "failed"},
		{"woodpecker", "", "failed"},
		{"", "1", "failed"},
	} {
		t.Setenv("CI", c.ci)
		t.Setenv(requireVariable, c.require)
		w := &witness{TB: t}
		server := &Server{Name: "a server", Variable: "SERVER_URL", Example: "server://host:port"}
		var ending sync.WaitGroup
		ending.Go(func() { server.Missing(w, assert.AnError) })
		ending.Wait()

		assert.Contains(t, w.ended, c.want+": NOT RUN", "CI=%q %s=%q", c.ci, requireVariable, c.require)
		assert.Contains(t, w.ended, "SERVER_URL", "it must say what to do")
	}
}
