package usecase

import (
	"context"
	"errors"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

// Execute calls send with the order now and after each change, until its status is final, send fails, or ctx ends.
func (u *WatchOrder) Execute(ctx context.Context, caller dto.Caller, id string, send func(query.Order) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	states := make(chan query.Order)
	taken := make(chan struct{})
	reader := make(chan struct{})
	go func() {
		defer close(reader)
		defer close(states)
		stop(u.read(ctx, caller, id, states, taken))
	}()
	var failed error
	for order := range states {
		if failed = send(order); failed != nil {
			stop(failed)
			break
		}
		select {
		case taken <- struct{}{}:
		case <-ctx.Done():
		}
	}
	<-reader
	if failed != nil {
		return failed
	}
	if cause := context.Cause(ctx); !errors.Is(cause, errFinal) {
		return cause
	}
	return nil
}

//stagecraft:add
var errFinal = errors.New("the order is final")

// read passes each new state on, and waits until the client has it.
//
//stagecraft:add
func (u *WatchOrder) read(
	ctx context.Context, caller dto.Caller, id string, states chan<- query.Order, taken <-chan struct{},
) error {
	pause := time.NewTimer(0)
	defer pause.Stop()
	var last int64
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pause.C:
		}
		order, err := u.get.Execute(ctx, caller, id)
		if err != nil {
			return err
		}
		if order.Version != last {
			last = order.Version
			select {
			case states <- order:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case <-taken:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if domain.OrderStatus(order.Status).IsFinal() {
			return errFinal
		}
		pause.Reset(u.cfg.Interval)
	}
}
