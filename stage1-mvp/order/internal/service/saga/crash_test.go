package saga_test

import (
	"context"
	"errors"
	"sync/atomic"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/service/saga"
)

var errDead = errors.New("the process is dead")

// mortal is a process that dies at one point of its work. From then on nothing that it does has an effect outside.
type mortal struct {
	diesAt int64 // which point; 0 for never
	points atomic.Int64
	dead   atomic.Bool
}

// point is a place at which the process may die.
func (m *mortal) point() error {
	if m.points.Add(1) == m.diesAt {
		m.dead.Store(true)
	}
	if m.dead.Load() {
		return errDead
	}
	return nil
}

// around puts a point before and after what fn does.
func (m *mortal) around(fn func() error) error {
	if err := m.point(); err != nil {
		return err
	}
	err := fn()
	if dead := m.point(); dead != nil {
		return dead
	}
	return err
}

// mortalTx dies before the transaction or after its commit.
type mortalTx struct {
	*mortal
	tx saga.Transactor
}

func (m mortalTx) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	return m.around(func() error { return m.tx.WithTx(ctx, fn) })
}

// mortalSteps die before the call or after it, and never know its answer then.
func mortalSteps(m *mortal, steps []saga.Step) []saga.Step {
	out := make([]saga.Step, len(steps))
	for i, step := range steps {
		out[i] = step
		out[i].Act = func(ctx context.Context, sagaID string, order *domain.Order) error {
			return m.around(func() error { return step.Act(ctx, sagaID, order) })
		}
		out[i].Compensate = func(ctx context.Context, sagaID string, order *domain.Order) error {
			return m.around(func() error { return step.Compensate(ctx, sagaID, order) })
		}
	}
	return out
}

// mortalCancelSteps are mortalSteps for a cancellation.
func mortalCancelSteps(m *mortal, steps []saga.CancelStep) []saga.CancelStep {
	out := make([]saga.CancelStep, len(steps))
	for i, step := range steps {
		out[i] = saga.CancelStep{
			Name: step.Name,
			GiveBack: func(ctx context.Context, purchaseID string, order *domain.Order) error {
				return m.around(func() error { return step.GiveBack(ctx, purchaseID, order) })
			},
		}
	}
	return out
}
