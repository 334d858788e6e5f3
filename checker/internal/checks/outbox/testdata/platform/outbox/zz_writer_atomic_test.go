package outbox_test

import (
	"context"
	"fmt"
	"testing"

	"shop/platform/postgres"
)

func TestZZOutboxAtomic(t *testing.T) {
	b := zzwNew(t)
	zzwTogether(b)
	zzwNothing(b)
	zzwOutside(b)
	zzwRerun(b)
	zzwTwoAtOnce(b)
	zzwSavepoint(b)
	zzwCannotBeStored(b)
}

// only requires which orders and events are committed, and begins anew.
func (b *zzwBox) only(failure, what string, orders int, ids, why string) {
	b.t.Helper()
	if gotOrders, gotIDs := b.orders(), b.ids(); gotOrders != orders || gotIDs != ids {
		zzwFail(b.t, failure, what, fmt.Sprintf("%d orders, and the events [%s]", orders, ids), fmt.Sprintf("%d orders, and the events [%s]", gotOrders, gotIDs), why)
	}
	b.clear()
}

// zzwTogether looks before and after the commit.
func zzwTogether(b *zzwBox) {
	b.t.Helper()
	const what = "a transaction stores an order and appends its event"
	before := ""
	b.must(context.Background(), what, func(ctx context.Context) error {
		if err := b.order(ctx, "a"); err != nil {
			return err
		}
		if err := b.writer.Append(ctx, zzwMessage("a-1", "a")); err != nil {
			return err
		}
		before = b.ids()
		return nil
	})
	if before != "" {
		zzwFail(b.t, "early", what+"; another connection looks before the commit", "no event", "the event "+before, "a relay would send what may still be rolled back")
	}
	b.only("ordinary", what+"; after the commit", 1, "a-1", "a row without its event is an order that no other service hears about")
	b.must(context.Background(), "Append before the first statement", func(ctx context.Context) error {
		if err := b.writer.Append(ctx, zzwMessage("a-1", "a")); err != nil {
			return err
		}
		return b.order(ctx, "a")
	})
	b.only("ordinary", "a transaction appends the event before it stores the order", 1, "a-1", "the order of statements in a transaction is the caller's affair")
}

// zzwNothing ends a transaction in each way that is not a commit.
func zzwNothing(b *zzwBox) {
	b.t.Helper()
	for what, end := range map[string]func(ctx context.Context) error{
		"returns an error":            func(context.Context) error { return errZZW },
		"panics":                      func(context.Context) error { panic("zz") },
		"fails in its next statement": func(ctx context.Context) error { return b.order(ctx, "a") },
		"ignores a failed statement":  func(ctx context.Context) error { _ = b.order(ctx, "a"); return nil },
		"fails in a nested transaction": func(ctx context.Context) error {
			return b.tx.WithTx(ctx, func(context.Context) error { return errZZW })
		},
		"ignores a failed nested WithTx": func(ctx context.Context) error {
			_ = b.tx.WithTx(ctx, func(context.Context) error { return errZZW })
			return nil
		},
	} {
		what = "a transaction stores an order, appends its event, and then " + what
		err := b.inTx(context.Background(), what, func(ctx context.Context) error {
			if err := b.order(ctx, "a"); err != nil {
				return err
			}
			if err := b.tx.WithTx(ctx, func(ctx context.Context) error { return b.writer.Append(ctx, zzwMessage("a-1", "a")) }); err != nil {
				return err
			}
			return end(ctx)
		})
		if err == nil {
			zzwFail(b.t, "rollback", what, "WithTx returns an error", "no error", "the caller would tell the buyer that all is well")
		}
		const why = "an event without its row reports what has never happened: goods leave for an order that does not exist"
		b.only("rollback", what, 0, "", why)
		what += "; the next transaction appends x-1 and commits"
		if err := b.inTx(context.Background(), what, func(ctx context.Context) error { return b.writer.Append(ctx, zzwMessage("x-1", "x")) }); err != nil {
			zzwFail(b.t, "rollback", what, "no error", fmt.Sprintf("the error %q", err), why)
		}
		b.only("rollback", what, 0, "x-1", why)
	}
}

// zzwOutside appends without a transaction.
func zzwOutside(b *zzwBox) {
	b.t.Helper()
	const what = "Append with a context that has no transaction"
	var err error
	func() {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
				zzwFail(b.t, "outside", what, "an error", err.Error(), "an error says what is wrong, a panic ends the request without an answer")
			}
		}()
		err = b.writer.Append(context.Background(), zzwMessage("a-1", "a"))
	}()
	if err == nil {
		zzwFail(b.t, "outside", what, "an error", "no error", "a forgotten WithTx must show in the first test, and not as an event without its row after a crash")
	}
	b.only("outside", what, 0, "", "an event that commits by itself can be there without its row")
}

// zzwRerun has a transaction that runs twice.
func zzwRerun(b *zzwBox) {
	b.t.Helper()
	const what = "a transaction appends a-1 and finds its order stale; it runs again and appends a-2"
	run := 0
	if err := b.inTx(context.Background(), what, func(ctx context.Context) error {
		run++
		if err := b.order(ctx, "a"); err != nil {
			return err
		}
		if err := b.writer.Append(ctx, zzwMessage(fmt.Sprint("a-", run), "a")); err != nil {
			return err
		}
		if run == 1 {
			return fmt.Errorf("save: %w", postgres.ErrStale)
		}
		return nil
	}); err != nil {
		zzwFail(b.t, "rerun", what, "no error", fmt.Sprintf("the error %q", err), "the first run was rolled back: what it appended has never happened")
	}
	b.only("rerun", what, 1, "a-2", "the first run was rolled back: what it appended has never happened")
}

// zzwTwoAtOnce has a transaction that is open while another one commits.
func zzwTwoAtOnce(b *zzwBox) {
	b.t.Helper()
	const what = "while a transaction that has appended a-1 is open, another one appends b-1 and commits; then the first one is rolled back"
	committed, other := "", error(nil)
	_ = b.inTx(context.Background(), what, func(ctx context.Context) error {
		if err := b.writer.Append(ctx, zzwMessage("a-1", "a")); err != nil {
			return err
		}
		other = b.inTx(context.Background(), what, func(ctx context.Context) error { return b.writer.Append(ctx, zzwMessage("b-1", "b")) })
		committed = b.ids()
		return errZZW
	})
	if other != nil {
		zzwFail(b.t, "shared", what, "the second transaction is committed", fmt.Sprintf("the error %q", other), "one Writer serves all requests of the process at once")
	}
	if committed != "b-1" {
		zzwFail(b.t, "shared", what, "the commit stores b-1", "stored: ["+committed+"]", "one Writer serves all requests of the process at once; a message belongs to the transaction of its context")
	}
	b.only("shared", what, 0, "b-1", "one Writer serves all requests of the process at once; a message belongs to the transaction of its context")
}

// zzwSavepoint rolls back a part, as the barrier of saga steps does.
func zzwSavepoint(b *zzwBox) {
	b.t.Helper()
	const what = "a transaction appends a-1, sets a savepoint, appends a-2, rolls back to the savepoint, and appends a-3"
	b.must(context.Background(), what, func(ctx context.Context) error {
		tx := postgres.GetDBTX(ctx, b.pool)
		if err := b.writer.Append(ctx, zzwMessage("a-1", "a")); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SAVEPOINT zz`); err != nil {
			return err
		}
		forget := postgres.Mark(ctx)
		if err := b.writer.Append(ctx, zzwMessage("a-2", "a")); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `ROLLBACK TO SAVEPOINT zz`); err != nil {
			return err
		}
		forget()
		return b.writer.Append(ctx, zzwMessage("a-3", "a"))
	})
	b.only("savepoint", what, 0, "a-1 a-3", "a step that was refused has changed nothing, so it must report nothing; the refusal itself is a message")
}

// zzwCannotBeStored has messages that PostgreSQL refuses.
func zzwCannotBeStored(b *zzwBox) {
	b.t.Helper()
	broken := zzwMessage("a-1", "a")
	broken.Payload = []byte(`{"total": `)
	const what = "a transaction stores an order and appends an event whose payload is no JSON"
	if err := b.inTx(context.Background(), what, func(ctx context.Context) error {
		if err := b.order(ctx, "a"); err != nil {
			return err
		}
		return b.writer.Append(ctx, broken)
	}); err == nil {
		zzwFail(b.t, "row-without-event", what, "an error of Append or of WithTx", "no error", "the caller would tell the buyer that all is well")
	}
	b.only("row-without-event", what, 0, "", "the order is stored and no other service ever hears about it")

	const again = "a transaction stores an order and appends an event with an id that is in the outbox already"
	b.must(context.Background(), again, func(ctx context.Context) error { return b.writer.Append(ctx, zzwMessage("a-1", "a")) })
	if err := b.inTx(context.Background(), again, func(ctx context.Context) error {
		if err := b.order(ctx, "a"); err != nil {
			return err
		}
		return b.writer.Append(ctx, zzwMessage("a-2", "a"), zzwMessage("a-1", "a"))
	}); err == nil {
		zzwFail(b.t, "row-without-event", again, "an error of Append or of WithTx", "no error",
			"an id that is there already is a bug of the writer or a change that was made twice; when the event is skipped, the change has none")
	}
	b.only("row-without-event", again, 0, "a-1", "the order is stored, and its event is not")
}
