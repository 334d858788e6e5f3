package check

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"
)

// LockRows holds the locks of a statement, like SELECT … FOR UPDATE, in a database of the check's lease, until release is called. Releasing
// twice is harmless, and the locks end with the check.
func (t *T) LockRows(database, statement string, args ...any) (release func()) {
	address := t.Lease().Databases[database]
	if address == "" {
		t.Unknown("the check has no database " + database)
	}
	conn, err := pgx.Connect(t.ctx, address)
	t.Ours("connect to "+database, err)
	healed := t.rec.Fault(database, "rows locked")
	var once sync.Once
	release = func() {
		once.Do(func() {
			_ = conn.Close(context.WithoutCancel(t.ctx)) // the transaction ends with it
			healed()
		})
	}
	t.Cleanup(func(context.Context) { release() })
	tx, err := conn.Begin(t.ctx)
	t.Ours("begin a transaction in "+database, err)
	_, err = tx.Exec(t.ctx, statement, args...)
	t.Ours("lock rows of "+database, err)
	return release
}
