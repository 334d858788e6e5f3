package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
)

// goSteps are those that build Go code on the runner. The images are built by Docker.
var goSteps = delivered[:4]

func caches(t *check.T) {
	r := good(t)
	t.Step("change the code alone, then the dependencies")
	code, dependencies := push(2), push(3)
	dependencies.Version = "2"
	runs := perform(t, code, dependencies)
	for _, step := range goSteps {
		for _, c := range find(r, step) {
			cached(t, c, r, runs[0], runs[1])
		}
	}
	t.Step("let each cache have what is looked for")
	full := push(1)
	full.Cached = true
	warm := perform(t, full)[0]
	ran := func(wanted string) bool { return len(find(warm, wanted)) > 0 }
	t.True(!slices.ContainsFunc(delivered, func(wanted string) bool { return !ran(wanted) }), check.Failure{
		ID: "skips", Sentence: "a step is left out when the cache is full", Expected: show(r), Seen: show(warm),
		Why: "A cache may make a step faster. The result of a step belongs to one commit, and go test has a cache that knows what it depends on.",
	})
}

// cached fails the check unless the job of c has a cache that follows go.sum.
func cached(t *check.T, c call, r, code, dependencies run) {
	f := check.Failure{
		ID: "not-cached", Sentence: fmt.Sprintf("%q downloads and builds everything, in each run", c.shown()),
		Expected: "actions/setup-go with its cache, or actions/cache with a key that contains hashFiles('**/go.sum'), in the job " + c.Job + ", after the checkout",
		Why:      "A pipeline of an hour is one that people find ways around.",
	}
	checkedOut := false
	for _, other := range r.Calls {
		if other.Job != c.Job {
			continue
		}
		switch other.action() {
		case "actions/checkout":
			checkedOut = true
		case "actions/setup-go":
			path := other.Inputs["cache-dependency-path"]
			switch {
			case strings.EqualFold(other.Inputs["cache"], "false"):
				f.Seen = "actions/setup-go with cache: false"
			case !checkedOut:
				f.Seen = "actions/setup-go before the checkout: there is no go.sum yet"
			case path != "" && !strings.Contains(path, "go.sum"):
				f.ID, f.Seen = "stale", "cache-dependency-path: "+path
			default:
				return
			}
		case "actions/cache", "actions/cache/restore":
			key, next := other.Inputs["key"], sameStep(code, other).Inputs["key"]
			restored := slices.ContainsFunc(strings.Fields(other.Inputs["restore-keys"]), func(prefix string) bool { return strings.HasPrefix(key, prefix) })
			saved := other.action() == "actions/cache" || slices.ContainsFunc(r.Calls, func(c call) bool { return c.action() == "actions/cache/save" })
			switch {
			case !strings.Contains(other.Inputs["path"], "go/pkg/mod"):
				f.Seen = fmt.Sprintf("a cache of %q: go keeps modules in ~/go/pkg/mod", other.Inputs["path"])
			case !saved:
				f.Seen = "actions/cache/restore, and no actions/cache/save"
			case key == sameStep(dependencies, other).Inputs["key"]:
				f.ID, f.Sentence = "stale", fmt.Sprintf("the cache of %q never changes", c.shown())
				f.Seen, f.Why = fmt.Sprintf("the key %q, also with another go.sum", key), "A cache is written once for each key: new dependencies are downloaded in each run, for ever."
			case key != next && !restored:
				f.Seen = fmt.Sprintf("the keys %q and %q for two commits with the same go.sum, and no restore-keys that fit", key, next)
			default:
				return
			}
		}
	}
	if f.Seen == "" {
		f.Seen = "no cache in this job"
	}
	t.FailAt(workflow, c.Line, f)
}

// sameStep is the call of the same step in another run.
func sameStep(r run, c call) call {
	for _, other := range r.Calls {
		if other.Line == c.Line && other.Job == c.Job && other.Uses == c.Uses {
			return other
		}
	}
	return call{}
}
