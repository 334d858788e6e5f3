package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"stagecraft/checker/internal/check"
)

// What the script is told, in place of the twenty checks in five minutes.
const (
	lookups   = 4  // CANARY_CHECKS
	tolerated = 1  // CANARY_TOLERATED
	endless   = 60 // lookups that no release needs
	patience  = time.Minute
	released  = "v2"
)

// Answers of Prometheus.
const (
	yes     = `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0.2"]}]}}`
	no      = `{"status":"success","data":{"resultType":"vector","result":[]}}`
	nothing = "" // an error
)

// release is a deploy, and what happens to it.
type release struct {
	title    string
	faults   faults
	violated func(n int) string // the answer to the nth question, from 1; nil: no
	measured func(n int) string // nil: yes
	signal   syscall.Signal     // that the script gets while it asks for the second time
	during   string             // or while it calls kubectl so
	again    string             // it gets SIGTERM while it calls kubectl so
}

// outcome is what the script did.
type outcome struct {
	cluster *cluster
	code    int
	output  string
	asked   int    // questions whether the service level is violated
	good    int    // of them, those with a good answer
	early   string // the state of the cluster at the first question at which there was not one canary of each service
	bare    string // and at the first question at which a canary was not ready
	hung    bool
}

// deploy runs the learner's script with a cluster and a Prometheus of its own.
func deploy(t *check.T, r release) outcome {
	dir := directory(t)
	copied := filepath.Join(dir, "deploy")
	for _, made := range []string{filepath.Join(copied, "overlays", "prod"), filepath.Join(dir, "bin"), filepath.Join(dir, "tmp")} {
		t.Ours("make a directory", os.MkdirAll(made, 0o755))
	}
	source, err := os.ReadFile(filepath.Join(t.Dir(), filepath.FromSlash(script)))
	if err != nil {
		t.Fail(check.Failure{ID: "no-script", Sentence: "there is no deploy script", Expected: script, Seen: err.Error(), Why: "make deploy runs it."})
	}
	file := filepath.Join(copied, "deploy.sh")
	t.Ours("copy the script", os.WriteFile(file, source, 0o755))
	t.Ours("make kubectl", os.Symlink(tool(t), filepath.Join(dir, "bin", "kubectl")))

	o := outcome{cluster: newCluster(r.faults)}
	socket, err := net.Listen("unix", filepath.Join(dir, "cluster"))
	t.Ours("listen for kubectl", err)
	defer socket.Close()
	t.Go(func() { o.cluster.serve(socket) })

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	// Not by its own first line: the Makefile of the stage runs it with sh, too, if it has none.
	command := exec.CommandContext(ctx, file, "prod", released)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = time.Second

	o.cluster.faults.calls = map[string]func(){}
	for verb, signal := range map[string]syscall.Signal{r.during: r.signal, r.again: syscall.SIGTERM} {
		if verb != "" {
			o.cluster.faults.calls[verb] = func() { _ = command.Process.Signal(signal) }
		}
	}
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body := nothing
		switch request.FormValue("query") {
		case "violated":
			o.asked++
			o.look()
			o.cluster.tick()
			if body = r.answer(o.asked); body == no && r.flow(o.asked) == yes {
				o.good++
			}
			if r.signal != 0 && r.during == "" && o.asked == 2 {
				_ = command.Process.Signal(r.signal)
			}
			if o.asked > endless {
				cancel()
			}
		case "measured":
			body = r.flow(max(o.asked, 1))
		}
		if body == nothing {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprint(w, body)
	}))
	defer server.Close()

	command.Dir = dir
	command.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "CLUSTER="+filepath.Join(dir, "cluster"),
		"TMPDIR="+filepath.Join(dir, "tmp"), "REGISTRY=registry.example", "PROMETHEUS_URL="+server.URL, "CANARY_QUERY=violated", "CANARY_MEASURED=measured",
		fmt.Sprintf("CANARY_CHECKS=%d", lookups), "CANARY_INTERVAL=0.01", fmt.Sprintf("CANARY_TOLERATED=%d", tolerated), "DEPLOY_TIMEOUT=5s")
	err = command.Run()
	mu.Lock()
	defer mu.Unlock()
	var exit *exec.ExitError
	o.code = command.ProcessState.ExitCode()
	o.hung = ctx.Err() != nil
	if err != nil && !errors.As(err, &exit) && !o.hung {
		t.Ours("run the deploy script", err)
	}
	o.output = tail(output.String())
	if o.cluster.unsupported != "" {
		t.Fail(check.Failure{
			ID: "unsupported", Sentence: "the script calls kubectl in a way that the checker's cluster does not know", Expected: "the commands that the lesson names",
			Seen: o.cluster.unsupported, Why: "The cluster of this check is a small one.",
		})
	}
	t.True(!o.hung, check.Failure{
		ID: "endless", Sentence: "the deploy does not end: " + r.title, Expected: "the release serves, or the one before does, and the script ends",
		Seen: fmt.Sprintf("%d questions to Prometheus; %s", o.asked, o.cluster.state()), Why: "A deploy that waits for ever holds back all others.",
	})
	return o
}

func (r release) answer(n int) string {
	if r.violated == nil {
		return no
	}
	return r.violated(n)
}

func (r release) flow(n int) string {
	if r.measured == nil {
		return yes
	}
	return r.measured(n)
}

// look notes whether each changed Deployment has one new pod, which is ready, beside all of its old ones.
func (o *outcome) look() {
	state := o.cluster.state()
	o.cluster.mu.Lock()
	defer o.cluster.mu.Unlock()
	for _, d := range o.cluster.deployments {
		if d.name == "redis" {
			continue
		}
		old, fresh, ready := 0, 0, 0
		for _, p := range d.pods {
			switch {
			case p.template == d.release:
				old++
			case p.ready:
				ready++
				fallthrough
			default:
				fresh++
			}
		}
		if o.early == "" && (old != replicas || fresh != 1 || !d.paused) {
			o.early = state
		}
		if o.bare == "" && ready < 1 {
			o.bare = state
		}
	}
}

// serves reports whether all pods are of the release, or of the one before, and nothing is left half done.
func (c *cluster) serves(fresh bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.deployments {
		if d.paused || !d.complete() || (d.template != d.release) != (fresh && d.name != "redis") {
			return false
		}
	}
	return true
}

func tail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-6):], "\n")
}
