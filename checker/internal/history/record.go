// Package history judges what a system did by what it was asked, what it answered, and what is true at the end.
// A request without an answer may have happened: every judgement here allows for both.
package history

import (
	"slices"
	"sync"

	"stagecraft/checker/internal/stack"
)

// Recorder keeps every operation; it is a stack.Recorder.
type Recorder struct {
	mu  sync.Mutex
	ops []stack.Op
}

// Record keeps one finished operation.
func (r *Recorder) Record(op stack.Op) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops = append(r.ops, op)
}

// Ops returns the operations so far by the time at which they began.
func (r *Recorder) Ops() []stack.Op {
	r.mu.Lock()
	defer r.mu.Unlock()
	ops := slices.Clone(r.ops)
	slices.SortStableFunc(ops, func(a, b stack.Op) int { return a.Begin.Compare(b.Begin) })
	return ops
}

// happened says whether an operation took effect, as far as the one who asked can know.
type happened int

const (
	no happened = iota
	yes
	perhaps
)

// outcome judges one answer. "In progress, repeat" (1009) and every 5xx leave it open.
func outcome(op stack.Op) happened {
	const aborted = 1009
	switch {
	case op.Uncertain() || op.Code == aborted:
		return perhaps
	case op.Status >= 200 && op.Status < 300 && op.Code == 0:
		return yes
	default:
		return no
	}
}

// byKey returns the operations of a kind, those that were repeated with one key folded into one.
func byKey(ops []stack.Op, kind string) []stack.Op {
	return slices.DeleteFunc(once(ops), func(op stack.Op) bool { return op.Kind != kind })
}

// once folds operations that were repeated with one key into one: it happened if any answer says so, at some time
// between the first request and that answer.
func once(ops []stack.Op) []stack.Op {
	var folded []stack.Op
	at := map[[3]string]int{}
	for _, op := range ops {
		name := [3]string{op.Kind, op.User, op.Key}
		i, known := at[name]
		if op.Key == "" || !known {
			at[name] = len(folded)
			folded = append(folded, op)
			continue
		}
		first := folded[i]
		switch {
		case outcome(first) == yes:
		case outcome(op) == yes, outcome(first) == no && outcome(op) == perhaps:
			op.Begin = first.Begin
			folded[i] = op
		case op.End.After(first.End):
			folded[i].End = op.End
		}
	}
	return folded
}
