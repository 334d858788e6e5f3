package postgres

import "context"

// TxManager runs functions in transactions. Its fields are yours.
type TxManager struct {
	pool *pgxpool.Pool
	cfg  TxConfig
}

//stagecraft:drop
type transaction struct{}

// WithTx runs fn in a transaction, which GetDBTX finds in the context given to fn. It commits when fn returns nil and rolls back when
// fn returns an error or panics. Inside another WithTx it joins that transaction; if fn then fails, the outer one cannot commit any more.
//
// The whole of fn runs again, at most MaxReruns times, after a serialization failure, a deadlock, ErrStale or a stale plan: so fn must load
// what it changes, and must do nothing that a rollback does not undo. What must happen only after the commit goes to AfterCommit.
func (m *TxManager) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	// TODO: there is no transaction yet, so each statement of fn commits by itself.
	return m.rerun(ctx, func() error { return fn(ctx) })
}

// AfterCommit calls fn once the transaction of ctx is committed, and never if it is rolled back. Functions run in the order in which
// they were registered, with a context that has no transaction. Without a transaction fn runs at once.
func AfterCommit(ctx context.Context, fn func(ctx context.Context)) {
	// TODO
}

//stagecraft:drop
func (m *TxManager) once(ctx context.Context, fn func(ctx context.Context) error) error { return nil }

//stagecraft:drop
func (t *transaction) join(ctx context.Context, fn func(ctx context.Context) error) error { return nil }

//stagecraft:drop
func (m *TxManager) commit(ctx context.Context, tx *lazyTx) error { return nil }

//stagecraft:drop
func (m *TxManager) rollback(ctx context.Context, tx *lazyTx) {}
