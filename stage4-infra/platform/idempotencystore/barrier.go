package idempotencystore

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"shop/platform/idempotency"
	"shop/platform/postgres"
)

const barrierScope = "saga"

// barrier is what the row of a step holds.
type barrier struct {
	OrderID     string          `json:"order_id,omitempty"`
	Answer      json.RawMessage `json:"answer,omitempty"`
	Compensated bool            `json:"compensated,omitempty"`
	Undone      bool            `json:"undone,omitempty"`
}

// Act runs the action of a step at most once, inside the caller's transaction, and returns its answer for Decode. A duplicate gets the
// answer of the first run, even a refusal: a DomainError of fn rolls back what fn did and is stored. The errors of Act itself are
// ErrCompensated, ErrConflict (other content under the same step) and those of the database.
func (s *Store) Act(
	ctx context.Context, step idempotency.Step, hash []byte, fn func(ctx context.Context) (any, error),
) (json.RawMessage, error) {
	row, err := s.claimOn(ctx, savepoint{s.db(ctx)}, barrierScope, step.Key(), hash)
	if err != nil {
		return nil, err
	}
	if !row.Claimed {
		return repeated(step, row.Result, bytes.Equal(row.RequestHash, hash))
	}
	answer, err := s.attempt(ctx, fn)
	if err != nil {
		return nil, err
	}
	return answer, s.store(ctx, step, barrier{OrderID: step.OrderID, Answer: answer})
}

// Compensate undoes the action of a step at most once, inside the caller's transaction, and reports whether there was anything to undo. It
// calls undo also when it knows no action, because the row may have been pruned; undo returns ErrNothingToUndo when the action left
// nothing. From then on Act refuses the step. A step of another order is ErrConflict.
func (s *Store) Compensate(
	ctx context.Context, step idempotency.Step, undo func(ctx context.Context) error,
) (undone bool, err error) {
	row, err := s.claim(ctx, barrierScope, step.Key(), []byte{})
	if err != nil {
		return false, err
	}
	b := barrier{OrderID: step.OrderID}
	if !row.Claimed {
		if b, err = decode(step, row.Result); err != nil || b.Compensated {
			return b.Undone, err
		}
	}
	// A refused action had no effect.
	if !idempotency.IsRefusal(b.Answer) {
		switch err := undo(ctx); {
		case err == nil:
			b.Undone = true
		case !errors.Is(err, idempotency.ErrNothingToUndo):
			return false, err
		}
	}
	b.Compensated = true
	return b.Undone, s.store(ctx, step, b)
}

func repeated(step idempotency.Step, stored []byte, sameContent bool) (json.RawMessage, error) {
	b, err := decode(step, stored)
	switch {
	case err != nil:
		return nil, err
	case b.Compensated:
		return nil, idempotency.ErrCompensated
	case !sameContent:
		return nil, idempotency.ErrConflict
	}
	return b.Answer, nil
}

// attempt runs fn after the savepoint that Act has set: a refusal rolls back what fn did, but not the row of the step.
func (s *Store) attempt(ctx context.Context, fn func(ctx context.Context) (any, error)) (json.RawMessage, error) {
	forget := postgres.Mark(ctx)
	value, refusal := fn(ctx)
	answer, err := idempotency.Encode(value, refusal)
	if err != nil || refusal == nil {
		return answer, err
	}
	if _, err := s.db(ctx).Exec(ctx, "ROLLBACK TO SAVEPOINT barrier"); err != nil {
		return nil, fmt.Errorf("roll back to savepoint: %w", err)
	}
	forget()
	return answer, nil
}

func decode(step idempotency.Step, stored []byte) (b barrier, err error) {
	if err := json.Unmarshal(stored, &b); err != nil {
		return barrier{}, fmt.Errorf("decode step: %w", err)
	}
	if b.OrderID != step.OrderID {
		return barrier{}, idempotency.ErrConflict
	}
	return b, nil
}

func (s *Store) store(ctx context.Context, step idempotency.Step, b barrier) error {
	raw, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode step: %w", err)
	}
	return s.Settle(ctx, barrierScope, step.Key(), raw)
}
