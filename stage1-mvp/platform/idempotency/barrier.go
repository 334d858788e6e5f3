package idempotency

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/postgres"
)

const barrierScope = "saga"

// ErrCompensated says that an action arrived after its own compensation. It must not happen any more, because nobody would undo it.
var ErrCompensated = errs.New(errs.Aborted, "STEP_COMPENSATED", "this step was already compensated")

// barrier is what the row of a step holds.
type barrier struct {
	Answer      json.RawMessage `json:"answer,omitempty"`
	Compensated bool            `json:"compensated,omitempty"`
	Undone      bool            `json:"undone,omitempty"`
}

// Act runs the action of a step at most once, inside the caller's transaction, and returns its answer for Decode. A duplicate gets the
// answer of the first run, even a refusal: a DomainError of fn rolls back what fn did and is stored. The errors of Act itself are
// ErrCompensated, ErrConflict (other content under the same step) and those of the database.
func Act(
	ctx context.Context, db postgres.DBTX, step Step, hash []byte, fn func(ctx context.Context) (any, error),
) (json.RawMessage, error) {
	claimed, err := claim(ctx, db, barrierScope, step.key(), hash)
	if err != nil {
		return nil, err
	}
	if !claimed {
		return repeated(ctx, db, step, hash)
	}
	answer, err := attempt(ctx, db, fn)
	if err != nil {
		return nil, err
	}
	return answer, store(ctx, db, step, barrier{Answer: answer})
}

// Compensate undoes the action of a step at most once, inside the caller's transaction, and tells whether there was anything to undo.
// When the action has not arrived yet, the step is marked, so that Act refuses it from now on (a null compensation).
func Compensate(ctx context.Context, db postgres.DBTX, step Step, undo func(ctx context.Context) error) (undone bool, err error) {
	first, err := claim(ctx, db, barrierScope, step.key(), []byte{})
	if err != nil {
		return false, err
	}
	if first {
		return false, store(ctx, db, step, barrier{Compensated: true})
	}
	b, _, err := load(ctx, db, step)
	if err != nil || b.Compensated {
		return b.Undone, err
	}
	// A refused action had no effect.
	if !refused(b.Answer) {
		if err := undo(ctx); err != nil {
			return false, err
		}
		b.Undone = true
	}
	b.Compensated = true
	return b.Undone, store(ctx, db, step, b)
}

func repeated(ctx context.Context, db postgres.DBTX, step Step, hash []byte) (json.RawMessage, error) {
	b, known, err := load(ctx, db, step)
	switch {
	case err != nil:
		return nil, err
	case b.Compensated:
		return nil, ErrCompensated
	case !bytes.Equal(known, hash):
		return nil, ErrConflict
	}
	return b.Answer, nil
}

// attempt runs fn under a savepoint: a refusal rolls back what fn did, but not the row of the step.
func attempt(ctx context.Context, db postgres.DBTX, fn func(ctx context.Context) (any, error)) (json.RawMessage, error) {
	if _, err := db.Exec(ctx, "SAVEPOINT barrier"); err != nil {
		return nil, fmt.Errorf("set savepoint: %w", err)
	}
	value, refusal := fn(ctx)
	answer, err := Encode(value, refusal)
	if err != nil {
		return nil, err
	}
	end := "RELEASE SAVEPOINT barrier"
	if refusal != nil {
		end = "ROLLBACK TO SAVEPOINT barrier"
	}
	if _, err := db.Exec(ctx, end); err != nil {
		return nil, fmt.Errorf("end savepoint: %w", err)
	}
	return answer, nil
}

// load reads the row of a step and locks it, so that an action and a compensation of the same step take turns.
func load(ctx context.Context, db postgres.DBTX, step Step) (b barrier, hash []byte, err error) {
	const query = `SELECT request_hash, result FROM processed_events WHERE scope = $1 AND key = $2 FOR UPDATE`
	var raw []byte
	if err := db.QueryRow(ctx, query, barrierScope, step.key()).Scan(&hash, &raw); err != nil {
		return barrier{}, nil, fmt.Errorf("load step: %w", err)
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return barrier{}, nil, fmt.Errorf("decode step: %w", err)
	}
	return b, hash, nil
}

func store(ctx context.Context, db postgres.DBTX, step Step, b barrier) error {
	raw, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode step: %w", err)
	}
	return Settle(ctx, db, barrierScope, step.key(), raw)
}

func refused(stored json.RawMessage) bool {
	var a answer
	return json.Unmarshal(stored, &a) == nil && a.Refusal != nil
}
