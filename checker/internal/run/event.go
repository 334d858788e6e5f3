package run

import (
	"time"

	"stagecraft/checker/internal/check"
)

// Event is one of the types below: what an observer of a run gets, one at a time, in order.
type Event interface{ event() }

// Started opens every run: the checks that will run, in the order in which they are reported, and the run's seed.
type Started struct {
	Checks []check.Check
	Seed   uint64
}

// BuildStarted says that something is being compiled. It is not sent when nothing has to be.
type BuildStarted struct{ What string }

// BuildFinished ends a BuildStarted. Err is nil, the learner's compile error, or a fault of ours.
type BuildFinished struct {
	What    string
	Elapsed time.Duration
	Err     error
}

// Said is a line about the infrastructure while it is made ready.
type Said struct{ Text string }

// InfraReady names the servers in one line.
type InfraReady struct{ Line string }

// CheckStarted begins a check.
type CheckStarted struct {
	ID       string
	Sentence string
	At       time.Time
}

// StepBegan is a check's narration.
type StepBegan struct {
	ID   string
	Step check.Step
}

// CheckFinished ends a check. Checks that never started finish too, as not-run, build-error or unknown.
type CheckFinished struct{ Result check.Result }

// RunFinished is the last event of a run.
type RunFinished struct{ Report check.Report }

func (Started) event()       {}
func (BuildStarted) event()  {}
func (BuildFinished) event() {}
func (Said) event()          {}
func (InfraReady) event()    {}
func (CheckStarted) event()  {}
func (StepBegan) event()     {}
func (CheckFinished) event() {}
func (RunFinished) event()   {}
