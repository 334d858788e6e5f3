package tui

import (
	"slices"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/run"
)

// attempt is the state of the running or last run, a pure function of the events seen.
type attempt struct {
	id       int // grows with every run; events of an older one are dropped
	active   bool
	stopping bool
	phase    string
	building string // what is being compiled, if anything
	servers  string
	started  time.Time
	took     time.Duration
	checks   []checkState
	ended    string   // why it could not judge, empty when it could
	owed     []string // checks that failed in an earlier run and have not been judged since
}

// checkState is one check within a run.
type checkState struct {
	info    CheckInfo
	running bool
	since   time.Time
	step    string
	steps   []check.Step
	result  check.Result
}

func unjudged(c CheckInfo) check.Result {
	return check.Result{CheckID: c.ID, Sentence: c.Sentence, Verdict: check.NotRun}
}

// newAttempt starts from the list of checks, all of them not yet run.
func newAttempt(checks []CheckInfo) attempt {
	r := attempt{}
	for _, c := range checks {
		r.checks = append(r.checks, checkState{info: c, result: unjudged(c)})
	}
	return r
}

// begin clears verdicts and starts counting.
func (r attempt) begin(id int, at time.Time) attempt {
	infos := make([]CheckInfo, len(r.checks))
	for i, c := range r.checks {
		infos[i] = c.info
	}
	next := newAttempt(infos)
	next.owed = r.first()
	next.id, next.active, next.started, next.phase = id, true, at, "starting"
	return next
}

// apply returns the state after one event.
func (r attempt) apply(e run.Event) attempt {
	switch e := e.(type) {
	case run.BuildStarted:
		r.building = e.What
	case run.BuildFinished:
		r.building, r.phase = "", "checking"
		if e.Err != nil {
			r.phase = "could not build"
		}
	case run.Said:
		r.phase = e.Text
	case run.InfraReady:
		r.servers, r.phase = e.Line, "checking"
	case run.CheckStarted:
		r.checks = change(r.checks, e.ID, e.Sentence, func(c *checkState) {
			c.running, c.since, c.steps, c.step = true, e.At, nil, ""
		})
		if r.phase == "starting" {
			r.phase = "checking"
		}
	case run.StepBegan:
		r.checks = change(r.checks, e.ID, "", func(c *checkState) {
			step := e.Step
			step.Text = printableText(step.Text)
			c.step = step.Text
			c.steps = append(c.steps[:len(c.steps):len(c.steps)], step)
		})
	case run.CheckFinished:
		r.checks = change(r.checks, e.Result.CheckID, e.Result.Sentence, func(c *checkState) {
			c.running, c.result = false, clean(e.Result)
		})
	}
	return r
}

// change returns a copy of checks with one of them changed; an id not announced before is appended.
func change(checks []checkState, id, sentence string, edit func(*checkState)) []checkState {
	out := slices.Clone(checks)
	at := slices.IndexFunc(out, func(c checkState) bool { return c.info.ID == id })
	if at < 0 {
		info := CheckInfo{ID: id, Sentence: sentence}
		out = append(out, checkState{info: info, result: unjudged(info)})
		at = len(out) - 1
	}
	edit(&out[at])
	return out
}

// finish marks the run as over; a check that was under way has not been judged. err is why the run could not be made.
func (r attempt) finish(at time.Time, err error) attempt {
	r.active, r.building, r.took = false, "", at.Sub(r.started)
	checks := slices.Clone(r.checks)
	for i := range checks {
		checks[i].running = false
	}
	r.checks = checks
	switch {
	case r.stopping:
		r.ended = "stopped"
	case err != nil:
		r.ended = err.Error()
	}
	r.stopping = false
	return r
}

// count returns how many checks have this verdict.
func (r attempt) count(v check.Verdict) int {
	n := 0
	for _, c := range r.checks {
		if c.result.Verdict == v {
			n++
		}
	}
	return n
}

// passed says whether every check of the lesson passed.
func (r attempt) passed() bool { return len(r.checks) > 0 && r.count(check.Pass) == len(r.checks) }

// failing returns the ids of the checks that failed, in order.
func (r attempt) failing() []string {
	var ids []string
	for _, c := range r.checks {
		if c.result.Verdict == check.Fail || c.result.Verdict == check.BuildError {
			ids = append(ids, c.info.ID)
		}
	}
	return ids
}

// worst is where the cursor belongs after a run: where it is if that check failed, else on the first that did.
func (r attempt) worst(at int) int {
	bad := func(c checkState) bool { return c.result.Verdict == check.Fail || c.result.Verdict == check.BuildError }
	if at < len(r.checks) && bad(r.checks[at]) {
		return at
	}
	return max(slices.IndexFunc(r.checks, bad), 0)
}

// first returns what the next run should begin with: what failed, and what failed before and has not been judged since.
func (r attempt) first() []string {
	ids := r.failing()
	for _, c := range r.checks {
		if c.result.Verdict == check.NotRun && slices.Contains(r.owed, c.info.ID) {
			ids = append(ids, c.info.ID)
		}
	}
	return ids
}
