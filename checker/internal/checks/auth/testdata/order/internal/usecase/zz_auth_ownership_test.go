package usecase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"shop/order/internal/domain"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

// zzOrders is a repository with one order.
type zzOrders struct {
	domain.OrderRepository

	order *domain.Order
	err   error
}

func (r zzOrders) Get(_ context.Context, id string) (*domain.Order, error) {
	switch {
	case r.err != nil:
		return nil, r.err
	case r.order == nil || id != r.order.ID():
		return nil, fmt.Errorf("load order: %w", domain.ErrOrderNotFound)
	default:
		return r.order, nil
	}
}

func TestZZAuthOwnership(t *testing.T) {
	const (
		id, missing   = "5f0f9bd2-6f0e-4a3a-9d4c-1d1b0a6c2e01", "5f0f9bd2-6f0e-4a3a-9d4c-1d1b0a6c2e02"
		owner, member = "0a8f3d1e-9f5c-4a55-8d0b-6a1f0c5f7d11", "0a8f3d1e-9f5c-4a55-8d0b-6a1f0c5f7d12"
	)
	order := domain.RestoreOrder(domain.Snapshot{ID: id, BuyerID: owner})
	load := func(orders domain.OrderRepository, caller dto.Caller, id string) (*domain.Order, error) {
		return loadFor(t.Context(), orders, caller, id)
	}
	one := zzOrders{order: order}
	for _, caller := range []dto.Caller{{UserID: owner}, {UserID: member, Admin: true}, {UserID: owner, Admin: true}} {
		got, err := load(one, caller, id)
		if err != nil || got != order {
			zzOwnFail(t, "refused", fmt.Sprintf("%+v loads an order of the owner", caller), "the order", zzOwnText(got, err), "owners and admins may")
		}
	}
	_, gone := load(one, dto.Caller{UserID: owner}, missing)
	if errs.CodeOf(gone) != errs.NotFound {
		zzOwnFail(t, "missing", "an order that does not exist", "NotFound", zzOwnText(nil, gone), "the client asks for what is not there")
	}
	for _, caller := range []dto.Caller{{UserID: member}, {}, {UserID: owner[:35]}} {
		got, err := load(one, caller, id)
		if err == nil || got != nil {
			zzOwnFail(t, "foreign", fmt.Sprintf("%+v loads an order of another user", caller), "no order, and NotFound", zzOwnText(got, err), "ids are no secret: they are in links and in logs")
		}
		want := errs.From(gone)
		seen := errs.From(err)
		same := seen.Code == want.Code && seen.Reason == want.Reason && strings.ReplaceAll(seen.Message, id, missing) == want.Message
		if !same {
			zzOwnFail(t, "told", fmt.Sprintf("%+v loads an order of another user", caller), fmt.Sprintf("the same answer as for an order that does not exist: %s %s %q", want.Code, want.Reason, want.Message),
				fmt.Sprintf("%s %s %q", seen.Code, seen.Reason, seen.Message), "an answer that differs tells a stranger which ids exist")
		}
	}
	broken := errors.New("connection refused")
	for _, caller := range []dto.Caller{{UserID: owner}, {UserID: member}, {Admin: true}} {
		got, err := load(zzOrders{err: fmt.Errorf("query: %w", broken)}, caller, id)
		if !errors.Is(err, broken) || errs.CodeOf(err) == errs.NotFound {
			zzOwnFail(t, "outage", fmt.Sprintf("%+v loads an order while the database is away", caller), "the error of the database", zzOwnText(got, err), "an outage that looks like NotFound is not retried, and wakes no one up")
		}
	}
	if _, err := load(zzOrders{err: fmt.Errorf("query: %w", context.DeadlineExceeded)}, dto.Caller{UserID: owner}, id); errs.CodeOf(err) != errs.DeadlineExceeded {
		zzOwnFail(t, "outage", "the owner loads an order, and the time is up", errs.DeadlineExceeded.String(), zzOwnText(nil, err), "errors of the repository are returned as they are: their code tells the client what to do")
	}
	ownerless := domain.RestoreOrder(domain.Snapshot{ID: id})
	if got, err := load(zzOrders{order: ownerless}, dto.Caller{}, id); err == nil {
		zzOwnFail(t, "foreign", "a caller without a user loads an order without a buyer", "NotFound", zzOwnText(got, err), "two empty ids are equal, and no one owns anything by that")
	}
}

func zzOwnText(order *domain.Order, err error) string {
	if err != nil {
		return fmt.Sprintf("%v (%s)", err, errs.CodeOf(err))
	}
	if order == nil {
		return "no order and no error"
	}
	return "the order " + order.ID()
}

func zzOwnFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what + ": the result is wrong", "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}
