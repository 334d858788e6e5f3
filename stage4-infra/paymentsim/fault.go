package paymentsim

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// The kinds of faults.
const (
	// Delay waits before carrying out the request, and carries it out even if the caller has disconnected.
	Delay = "delay"
	// FailBefore answers 500 and does nothing.
	FailBefore = "fail_before"
	// FailAfter carries out the request and answers 500.
	FailAfter = "fail_after"
	// AnswerLost carries out the request and cuts the connection.
	AnswerLost = "answer_lost"
	// Decline refuses a new charge, whatever the card.
	Decline = "decline"
	// Twice makes the request arrive twice, as with an intermediary that retries after a timeout: it is carried out, and again after the
	// delay. The caller gets the second answer.
	Twice = "answer_twice"
)

// The operations that a fault may apply to.
const (
	OpCharge = "charge"
	OpFind   = "find"
	OpVoid   = "void"
)

// Fault makes requests go wrong.
type Fault struct {
	Kind string `json:"kind"`
	// Operation is charge, find or void; empty means all of them.
	Operation string `json:"operation,omitempty"`
	// Count is how often the fault applies; 0 means always.
	Count int `json:"count,omitempty"`
	// Probability is that for each request; 0 means certain.
	Probability float64 `json:"probability,omitempty"`
	// DelayMS is for delay and answer_twice, in milliseconds.
	DelayMS int `json:"delay_ms,omitempty"`
}

func (f Fault) validate() error {
	if !slices.Contains([]string{Delay, FailBefore, FailAfter, AnswerLost, Decline, Twice}, f.Kind) {
		return fmt.Errorf("there is no fault %q", f.Kind)
	}
	if !slices.Contains([]string{"", OpCharge, OpFind, OpVoid}, f.Operation) {
		return fmt.Errorf("there is no operation %q", f.Operation)
	}
	if f.Count < 0 || f.DelayMS < 0 || f.Probability < 0 || f.Probability > 1 {
		return errors.New("count and delay_ms must not be negative, and a probability is between 0 and 1")
	}
	return nil
}

// faults has the active faults. A fault is removed when its count is used up.
type faults struct {
	mu     sync.Mutex
	seed   uint64
	dice   *rand.Rand
	active []Fault
}

func newFaults(seed uint64) *faults {
	f := &faults{}
	f.sow(seed)
	return f
}

func (f *faults) sow(seed uint64) { f.seed, f.dice = seed, rand.New(rand.NewPCG(seed, seed)) }

func (f *faults) set(seed uint64, active []Fault) error {
	for _, fault := range active {
		if err := fault.validate(); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sow(seed)
	f.active = slices.Clone(active)
	return nil
}

func (f *faults) state() faultsJSON {
	f.mu.Lock()
	defer f.mu.Unlock()
	return faultsJSON{Seed: f.seed, Faults: append([]Fault{}, f.active...)}
}

// draw returns the faults of one request.
func (f *faults) draw(operation string) (struck []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var left []Fault
	for _, fault := range f.active {
		hit := fault.Operation == "" || fault.Operation == operation
		if hit && fault.Probability > 0 {
			hit = f.dice.Float64() < fault.Probability
		}
		if hit {
			struck = append(struck, fault)
		}
		if hit && fault.Count > 0 {
			if fault.Count--; fault.Count == 0 {
				continue
			}
		}
		left = append(left, fault)
	}
	f.active = left
	return struck
}

// first returns the first fault of the kind.
func first(struck []Fault, kind string) (Fault, bool) {
	i := slices.IndexFunc(struck, func(f Fault) bool { return f.Kind == kind })
	if i < 0 {
		return Fault{}, false
	}
	return struck[i], true
}

func (f Fault) delay() time.Duration { return time.Duration(f.DelayMS) * time.Millisecond }
