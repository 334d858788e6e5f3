package fault

import (
	"context"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// stage is the point of a call at which a rule acts.
type stage int

const (
	beforeCallee stage = iota
	afterCallee
)

// Rule acts on the nth call of a method that comes after the rule was made, or on all of them.
type Rule struct {
	link   *Link
	method string
	nth    int // 0: every call
	stage  stage

	delay func(Call) time.Duration
	fail  *status.Status
	hold  *Hold
	// when says of each call of the method, beginning with 1, whether the rule acts on it; nil means of all. nth must be 0.
	when func(n int) bool
	// trailer goes with fail.
	trailer metadata.MD

	mu   sync.Mutex
	seen int
	hits int
}

// Hits returns how many calls the rule has acted on.
func (r *Rule) Hits() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hits
}

// Remove takes the rule away; calls that it has caught stay caught.
func (r *Rule) Remove() { r.link.remove(r) }

// catches counts the call and reports whether the rule acts on it.
func (r *Rule) catches(method string) bool {
	if !matches(r.method, method) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen++
	if r.nth != 0 && r.nth != r.seen {
		return false
	}
	if r.when != nil && !r.when(r.seen) {
		return false
	}
	r.hits++
	return true
}

// apply acts on a call; an error is what the caller gets instead of the answer.
func (r *Rule) apply(rec *record) error {
	switch {
	case r.hold != nil:
		return r.hold.keep(rec)
	case r.fail != nil:
		r.link.sink.Emit(r.link.name, KindFail, rec.snapshot().Name()+" "+r.fail.Code().String())
		return r.fail.Err()
	}
	timer := time.NewTimer(r.delay(rec.snapshot()))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.link.ctx.Done():
		return status.Error(codes.Unavailable, "the link is closed")
	}
}

// Hold keeps one call, or its answer, on the link until it is released or dropped. A held message is out of its
// caller's hands: released, it travels on even if the caller has given up or died meanwhile, as a packet would
// that was long under way.
type Hold struct {
	link    *Link
	rule    *Rule
	arrived chan struct{}
	decided chan struct{}

	mu      sync.Mutex
	rec     *record
	verdict error
	done    bool
}

// Arrived is closed when the message is here and held.
func (h *Hold) Arrived() <-chan struct{} { return h.arrived }

// Wait returns when the message is here, or with the context's error.
func (h *Hold) Wait(ctx context.Context) error {
	select {
	case <-h.arrived:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Call returns what is held; the zero Call before it arrives.
func (h *Hold) Call() Call {
	h.mu.Lock()
	rec := h.rec
	h.mu.Unlock()
	if rec == nil {
		return Call{}
	}
	return rec.snapshot()
}

// Release lets the message go on its way. If it has not come yet, it will not be held.
func (h *Hold) Release() { h.decide(nil, KindRelease) }

// Drop loses the message; the caller, if it still waits, gets code (Unavailable if none is given).
func (h *Hold) Drop(code ...codes.Code) {
	c := codes.Unavailable
	if len(code) > 0 {
		c = code[0]
	}
	h.decide(status.Error(c, "the connection was lost"), KindDrop)
}

func (h *Hold) decide(verdict error, kind string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.done {
		return
	}
	h.done, h.verdict = true, verdict
	close(h.decided)
	h.rule.Remove()
	if h.rec != nil {
		h.link.sink.Emit(h.link.name, kind, h.rec.snapshot().Name())
	}
}

func (h *Hold) keep(rec *record) error {
	h.mu.Lock()
	if !h.done {
		h.rec = rec
		rec.update(func(c *Call) { c.Held = true })
		what := "call "
		if h.rule.stage == afterCallee {
			what = "answer "
		}
		h.link.sink.Emit(h.link.name, KindHeld, what+rec.snapshot().Name())
	}
	close(h.arrived)
	h.mu.Unlock()
	<-h.decided
	return h.verdict
}
