package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// ErrNoTransaction means that BeforeCommit was called outside of WithTx.
var ErrNoTransaction = errors.New("no transaction in the context")

// BeforeCommit adds items to those of the same type that the transaction of ctx has collected. Right before the commit, queue gets all of
// them and queues statements, which are sent in the round trip of the commit. If one of them fails, so does the commit.
func BeforeCommit[T any](ctx context.Context, queue func(batch *pgx.Batch, items []T), items ...T) error {
	t := current(ctx)
	if t == nil {
		return ErrNoTransaction
	}
	for _, c := range t.beforeCommit {
		if c, ok := c.(*collection[T]); ok {
			c.items = append(c.items, items...)
			return nil
		}
	}
	t.beforeCommit = append(t.beforeCommit, &collection[T]{queue: queue, items: items})
	return nil
}

// Mark returns a function that forgets what was registered with BeforeCommit and AfterCommit since. Code that rolls back to a savepoint
// calls it.
func Mark(ctx context.Context) (forget func()) {
	t := current(ctx)
	if t == nil {
		return func() {}
	}
	after := len(t.afterCommit)
	before := make([]int, len(t.beforeCommit))
	for i, c := range t.beforeCommit {
		before[i] = c.length()
	}
	return func() {
		t.afterCommit = t.afterCommit[:after]
		t.beforeCommit = t.beforeCommit[:len(before)]
		for i, c := range t.beforeCommit {
			c.truncate(before[i])
		}
	}
}

type collector interface {
	queueInto(batch *pgx.Batch)
	length() int
	truncate(length int)
}

type collection[T any] struct {
	queue func(batch *pgx.Batch, items []T)
	items []T
}

func (c *collection[T]) queueInto(batch *pgx.Batch) {
	if len(c.items) > 0 {
		c.queue(batch, c.items)
	}
}

func (c *collection[T]) length() int { return len(c.items) }

func (c *collection[T]) truncate(length int) { c.items = c.items[:length] }

// lastStatements returns what is to be sent along with the commit.
func (t *transaction) lastStatements() *pgx.Batch {
	batch := &pgx.Batch{}
	for _, c := range t.beforeCommit {
		c.queueInto(batch)
	}
	return batch
}
