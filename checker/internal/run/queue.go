package run

import (
	"context"
	"slices"
	"sync"

	"stagecraft/checker/internal/check"
)

// queue hands out checks in order, but never one that would have to wait while another could run.
type queue struct {
	mu      sync.Mutex
	moved   sync.Cond
	pending []int
}

func newQueue(order []int) *queue {
	q := &queue{pending: slices.Clone(order)}
	q.moved.L = &q.mu
	return q
}

// next returns the first pending index for which ready holds, waiting for one; ok is false when none are left.
func (q *queue) next(ready func(index int) bool) (index int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.pending) > 0 {
		if i := slices.IndexFunc(q.pending, ready); i >= 0 {
			index = q.pending[i]
			q.pending = slices.Delete(q.pending, i, i+1)
			return index, true
		}
		q.moved.Wait()
	}
	return 0, false
}

// changed makes waiting workers look again.
func (q *queue) changed() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.moved.Broadcast()
}

// work runs the checks on as many workers as the plan allows.
func (r *runner) work(ctx context.Context, order []int) {
	q := newQueue(order)
	for _, event := range []<-chan struct{}{r.backing.built, r.backing.up, r.backing.compiled, ctx.Done()} {
		go func() {
			<-event
			q.changed()
		}()
	}
	ready := func(index int) bool { return ctx.Err() != nil || r.backing.ready(r.plan.Checks[index]) }
	var workers sync.WaitGroup
	for range min(r.plan.Parallel, len(order)) {
		workers.Go(func() {
			for {
				index, ok := q.next(ready)
				if !ok {
					q.changed() // the others wait for nothing any more
					return
				}
				r.one(ctx, index)
			}
		})
	}
	workers.Wait()
}

// ready reports whether what the check stands on is there, or known not to come.
func (p *prepared) ready(c check.Check) bool {
	return (c.Tests == nil || isClosed(p.compiled)) &&
		(len(c.Needs.Built()) == 0 || isClosed(p.built)) &&
		(!c.Needs.Servers() || isClosed(p.up))
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
