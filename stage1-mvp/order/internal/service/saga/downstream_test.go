package saga_test

import (
	"context"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/order/internal/domain"
	"shop/platform/errs"
	"shop/platform/grpcstatus"
)

// behaviour is how a step of the fake services answers.
type behaviour int

const (
	works          behaviour = iota
	refuses                  // a business answer: did not happen, never will
	silentDone               // happens, but the answer is lost
	silentNotDone            // never arrives
	undoFailsOnce            // works, then cannot be undone at the first try
	undoSilent               // works, then cannot be undone
	silentOnce               // does not arrive at the first try
	undoSilentOnce           // works, is undone at the first try, but the answer is lost
	undoRefused              // works, then the undoing is refused
)

// downstream stands for inventory and wallet, which are other processes. It keeps the promises of their barriers, and counts.
type downstream struct {
	mu         sync.Mutex
	behaviours map[string]behaviour
	steps      map[string]string // saga/step: done, refused, compensated
	net        map[string]int    // effects minus undos per step
	undoTries  map[string]int
	overlap    map[string]int // calls at the same time per saga
	overlapped bool
	onAct      func() // called with each action, if set
	onUndo     func() // called with each undo, if set
}

func newDownstream(behaviours map[string]behaviour) *downstream {
	return &downstream{
		behaviours: behaviours,
		steps:      make(map[string]string),
		net:        make(map[string]int),
		undoTries:  make(map[string]int),
		overlap:    make(map[string]int),
	}
}

func (d *downstream) behave(step string, b behaviour) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.behaviours[step] = b
}

func (d *downstream) enter(sagaID string) (leave func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.overlap[sagaID]++
	if d.overlap[sagaID] > 1 {
		d.overlapped = true
	}
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.overlap[sagaID]--
	}
}

func (d *downstream) act(sagaID, step string) error {
	defer d.enter(sagaID)()
	d.mu.Lock()
	defer d.mu.Unlock()
	key := sagaID + "/" + step
	if d.steps[key] == "compensated" {
		return answer(codes.Aborted)
	}
	switch d.behaviours[step] {
	case refuses:
		d.steps[key] = "refused"
		return refusal()
	case silentNotDone:
		return answer(codes.Unavailable)
	case silentOnce:
		d.behaviours[step] = works
		return answer(codes.Unavailable)
	}
	if d.onAct != nil {
		d.onAct()
	}
	if d.steps[key] == "" {
		d.steps[key] = "done"
		d.net[step]++
	}
	if d.behaviours[step] == silentDone {
		return answer(codes.DeadlineExceeded)
	}
	return nil
}

func (d *downstream) undo(sagaID, step string) error {
	defer d.enter(sagaID)()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.undoTries[sagaID+step]++
	if d.onUndo != nil {
		d.onUndo()
	}
	first := d.undoTries[sagaID+step] == 1
	switch {
	case d.behaviours[step] == undoFailsOnce && first, d.behaviours[step] == undoSilent:
		return answer(codes.Unavailable)
	case d.behaviours[step] == undoRefused:
		return refusal()
	}
	key := sagaID + "/" + step
	if d.steps[key] == "done" {
		d.net[step]--
	}
	d.steps[key] = "compensated"
	if d.behaviours[step] == undoSilentOnce && first {
		return answer(codes.DeadlineExceeded)
	}
	return nil
}

func answer(code codes.Code) error {
	return grpcstatus.Parse(status.Error(code, "the other service says so"))
}

// refusal is what a service of ours says; a bare status could be anybody's.
func refusal() error {
	return grpcstatus.Parse(grpcstatus.Error(errs.New(errs.Precondition, "REFUSED_BY_TEST", "the other service says so")))
}

type fakeInventory struct{ *downstream }

func (f fakeInventory) Reserve(_ context.Context, sagaID, step string, _ *domain.Order) error {
	return f.act(sagaID, step)
}

func (f fakeInventory) Release(_ context.Context, sagaID, step string, _ *domain.Order) error {
	return f.undo(sagaID, step)
}

func (f fakeInventory) Ship(_ context.Context, sagaID, step string, _ *domain.Order) error {
	return f.act(sagaID, step)
}

type fakeWallet struct{ *downstream }

func (f fakeWallet) Deduct(_ context.Context, sagaID, step string, _ *domain.Order) error {
	return f.act(sagaID, step)
}

func (f fakeWallet) Refund(_ context.Context, sagaID, step string, _ *domain.Order) error {
	return f.undo(sagaID, step)
}
