package rollout

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/paths"
)

// release replaces all pods of all services, as a deploy does: all Deployments at the same time.
func release(t *check.T, l *lab) {
	old := map[string][]pod{}
	for _, name := range services {
		pods, err := l.pods(t.Context(), name)
		t.Ours("list the pods", err)
		old[name] = pods
	}
	t.Step("release all four services while customers buy, %d requests a second", rate)
	ctx, cancel := t.Patience(finishes)
	defer cancel()
	err := l.underLoad(t, "the release", func(loaded context.Context) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(loaded, cancel)()
		for _, name := range services {
			if err := l.Cluster.Restart(ctx, l.Namespace, name); err != nil {
				return ours(err)
			}
		}
		for _, name := range services {
			if err := l.Cluster.AwaitRollout(ctx, l.Namespace, name); err != nil {
				return err
			}
		}
		return nil
	})
	l.ends(t, "the release", err)
	t.Step("read how the old pods ended")
	for _, name := range services {
		for _, p := range old[name] {
			l.ended(t, name, p)
		}
	}
}

// errOurs is what the cluster did not do for us.
var errOurs = errors.New("ask the cluster")

func ours(err error) error { return fmt.Errorf("%w: %w", errOurs, err) }

// ends requires that a change has come to its end.
func (l *lab) ends(t *check.T, what string, err error) {
	if err == nil {
		return
	}
	if errors.Is(err, errOurs) {
		t.Unknown(err.Error())
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), answer)
	defer cancel()
	l.fail(t, check.Failure{
		ID: "does-not-end", Sentence: fmt.Sprintf("%s does not come to its end", what), Expected: "all pods are new and available within half a minute",
		Seen: fmt.Sprintf("%v\n%s", err, l.snapshot(ctx)), Why: "pods that do not become ready, or do not stop, hold a release up",
	})
}

// ended requires that the service itself has ended its stop, and was not killed before.
func (l *lab) ended(t *check.T, name string, p pod) {
	if l.Cluster.Logs == "" {
		return
	}
	var content []byte
	for _, file := range paths.Match(l.Cluster.Logs, l.Namespace+"_"+p.name+"_*.log") {
		more, err := os.ReadFile(file)
		t.Ours("read the log of "+p.name, err)
		content = append(content, more...)
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	if strings.Contains(string(content), `"`+name+`.service.stopped"`) {
		return
	}
	l.fail(t, check.Failure{
		ID: "killed", Sentence: fmt.Sprintf("a pod of %s was killed before its stop was over", name), Expected: "the event " + name + ".service.stopped at the end of its log",
		Seen: "its last line: " + lines[len(lines)-1], Why: "what it had not finished is lost, or done twice: SIGKILL comes at the end of the grace period",
	})
}
