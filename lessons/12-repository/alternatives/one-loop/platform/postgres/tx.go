package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/platform/errs"
)

// TxManager runs functions in transactions.
type TxManager struct {
	pool *pgxpool.Pool
	cfg  TxConfig
}

// transaction is a state that WithTx puts into the context.
type transaction struct {
	tx      pgx.Tx
	broken  bool
	waiting []func(ctx context.Context)
}

// WithTx begins with pgx, and has the loop of reruns in itself.
func (m *TxManager) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if outer, nested := ctx.Value(txKey{}).(*transaction); nested {
		ok := false
		defer func() { outer.broken = outer.broken || !ok }()
		err := fn(ctx)
		ok = err == nil
		return err
	}
	pause := m.cfg.RerunPause
	for left := m.cfg.MaxReruns; ; left-- {
		t, err := m.attempt(ctx, fn)
		switch {
		case err == nil:
			for _, after := range t.waiting {
				after(ctx)
			}
			return nil
		case isStalePlan(err):
			m.pool.Reset()
			if left <= 0 {
				return err
			}
		case !isConflict(err):
			return asUnavailable(err)
		}
		wait, stop := context.WithTimeout(ctx, pause/2+rand.N(pause/2+1))
		<-wait.Done()
		stop()
		if left <= 0 || ctx.Err() != nil {
			return &errs.DomainError{Code: errs.Aborted, Reason: "CONCURRENT_UPDATE", Message: "repeat the request", Cause: err}
		}
		pause *= 2
	}
}

// attempt is one run. Its deferred rollback does nothing after a commit.
//
//stagecraft:add
func (m *TxManager) attempt(ctx context.Context, fn func(ctx context.Context) error) (*transaction, error) {
	tx, err := m.pool.BeginTx(ctx, pgx.TxOptions{})
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	t := &transaction{tx: tx}
	end := func(step func(context.Context) error) error {
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.cfg.CommitTimeout)
		defer cancel()
		return step(bounded)
	}
	defer func() { _ = end(tx.Rollback) }()
	if err := fn(context.WithValue(ctx, txKey{}, t)); err != nil {
		return nil, err
	}
	if t.broken {
		return nil, ErrRollbackOnly
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return t, end(tx.Commit)
}

// AfterCommit keeps fn for the commit.
func AfterCommit(ctx context.Context, fn func(ctx context.Context)) {
	t, ok := ctx.Value(txKey{}).(*transaction)
	if !ok {
		fn(ctx)
		return
	}
	t.waiting = append(t.waiting, fn)
}

//stagecraft:drop
func (m *TxManager) once(ctx context.Context, fn func(ctx context.Context) error) error { return nil }

//stagecraft:drop
func (t *transaction) join(ctx context.Context, fn func(ctx context.Context) error) error { return nil }

//stagecraft:drop
func (m *TxManager) commit(ctx context.Context, tx *lazyTx) error { return nil }

//stagecraft:drop
func (m *TxManager) rollback(ctx context.Context, tx *lazyTx) {}
