package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"shop/platform/config"

	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrRollbackOnly means that a nested WithTx failed and its caller ignored the error. The transaction is rolled back: committing it
// would keep half of what the nested function did.
var ErrRollbackOnly = errors.New("a nested transaction failed, so this one was rolled back")

// transaction is what the context carries between WithTx and the repositories.
type transaction struct {
	tx           *lazyTx
	afterCommit  []func(ctx context.Context)
	rollbackOnly bool
}

// TxManager runs functions in transactions.
type TxManager struct {
	pool *pgxpool.Pool
	cfg  TxConfig
}

// NewTxManager returns a TxManager on the pool, with the default limits. Module provides one with the limits of the environment.
func NewTxManager(pool *pgxpool.Pool) *TxManager {
	return newTxManager(pool, config.Defaults[TxConfig]())
}

func newTxManager(pool *pgxpool.Pool, cfg TxConfig) *TxManager {
	return &TxManager{pool: pool, cfg: cfg}
}

// WithTx runs fn in a transaction, which GetDBTX finds in the context given to fn. It commits when fn returns nil and rolls back when
// fn returns an error or panics. Inside another WithTx it joins that transaction; if fn then fails, the outer one cannot commit any more.
//
// The whole of fn runs again, at most MaxReruns times, after a serialization failure, a deadlock, ErrStale or a stale plan: so fn must load
// what it changes, and must do nothing that a rollback does not undo. What must happen only after the commit goes to AfterCommit.
func (m *TxManager) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if outer := current(ctx); outer != nil {
		return outer.join(ctx, fn)
	}
	return m.rerun(ctx, func() error { return m.once(ctx, fn) })
}

// AfterCommit calls fn once the transaction of ctx is committed, and never if it is rolled back. Functions run in the order in which
// they were registered, with a context that has no transaction. Without a transaction fn runs at once.
func AfterCommit(ctx context.Context, fn func(ctx context.Context)) {
	if t := current(ctx); t != nil {
		t.afterCommit = append(t.afterCommit, fn)
		return
	}
	fn(ctx)
}

func (m *TxManager) once(ctx context.Context, fn func(ctx context.Context) error) error {
	conn, err := m.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	tx := &lazyTx{conn: conn}
	finished := false
	defer func() {
		if !finished {
			time.AfterFunc(5*time.Second, func() { m.rollback(context.WithoutCancel(ctx), tx) })
		}
	}()
	t := &transaction{tx: tx}
	if err := fn(context.WithValue(ctx, txKey{}, t)); err != nil {
		return err
	}
	if t.rollbackOnly {
		return ErrRollbackOnly
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	finished = true
	if err := m.commit(ctx, tx); err != nil {
		return err
	}
	for _, fn := range t.afterCommit {
		fn(ctx)
	}
	return nil
}

// join runs fn inside t. If fn fails or panics, t cannot commit any more, whatever its callers do with the error.
func (t *transaction) join(ctx context.Context, fn func(ctx context.Context) error) error {
	done := false
	defer func() { t.rollbackOnly = t.rollbackOnly || !done }()
	if err := fn(ctx); err != nil {
		return err
	}
	done = true
	return nil
}

func (m *TxManager) commit(ctx context.Context, tx *lazyTx) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.cfg.CommitTimeout)
	defer cancel()
	if err := tx.commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func (m *TxManager) rollback(ctx context.Context, tx *lazyTx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.cfg.CommitTimeout)
	defer cancel()
	tx.rollback(ctx)
}
