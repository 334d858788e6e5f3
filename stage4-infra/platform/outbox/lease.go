package outbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// partitions is the number of rows in outbox_leases.
const partitions = 32

// leases are the partitions that a relay owns. The database says which: a relay that was paused beyond the end of its leases, or that is cut
// off, can neither claim nor mark.
type leases struct {
	pool *pgxpool.Pool
	name string
	ttl  time.Duration

	parts  []int16
	epochs []int64
	// until is the end of the leases by the clock of this process. It is earlier than that of the database.
	until time.Time
}

const (
	announce = `
INSERT INTO outbox_relays (name, expires_at) VALUES ($1, clock_timestamp() + $2)
ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at`

	forgetDead = `DELETE FROM outbox_relays WHERE expires_at <= clock_timestamp()`

	countAlive = `SELECT count(*), count(*) FILTER (WHERE name < $1) FROM outbox_relays WHERE expires_at > clock_timestamp()`

	renew = `
UPDATE outbox_leases SET expires_at = clock_timestamp() + $2 WHERE picked_by = $1 AND expires_at > clock_timestamp()
RETURNING part, epoch`

	giveBack = `UPDATE outbox_leases SET picked_by = NULL, picked_at = NULL, expires_at = NULL WHERE picked_by = $1 AND part = ANY ($2)`

	take = `
UPDATE outbox_leases SET picked_by = $1, picked_at = clock_timestamp(), expires_at = clock_timestamp() + $2, epoch = epoch + 1
WHERE part IN (
    SELECT part FROM outbox_leases WHERE picked_by IS NULL OR expires_at <= clock_timestamp() LIMIT $3 FOR UPDATE SKIP LOCKED
)
RETURNING part, epoch`

	leave = `DELETE FROM outbox_relays WHERE name = $1`
)

// balance renews the leases, gives back what is more than this relay's share, and takes what is missing and free. Nothing may be in flight.
//
// Each statement is a transaction of its own: a relay that is paused between two of them must not hold locks that others wait for.
func (l *leases) balance(ctx context.Context) error {
	started := time.Now()
	share, err := l.share(ctx)
	if err != nil {
		return fmt.Errorf("balance leases: %w", err)
	}
	if err := l.scan(l.pool.Query(ctx, renew, l.name, l.ttl)); err != nil {
		return fmt.Errorf("renew leases: %w", err)
	}
	l.until = started.Add(l.ttl)
	if missing := share - len(l.parts); missing > 0 {
		kept, epochs := l.parts, l.epochs
		if err := l.scan(l.pool.Query(ctx, take, l.name, l.ttl, missing)); err != nil {
			return fmt.Errorf("take leases: %w", err)
		}
		l.parts, l.epochs = append(kept, l.parts...), append(epochs, l.epochs...)
		return nil
	}
	excess := l.parts[share:]
	l.parts, l.epochs = l.parts[:share], l.epochs[:share]
	if len(excess) == 0 {
		return nil
	}
	if _, err := l.pool.Exec(ctx, giveBack, l.name, excess); err != nil {
		return fmt.Errorf("give leases back: %w", err)
	}
	return nil
}

// share returns how many partitions this relay should own. The shares of all relays that are alive add up to all partitions.
func (l *leases) share(ctx context.Context) (share int, err error) {
	batch := &pgx.Batch{}
	batch.Queue(forgetDead)
	batch.Queue(announce, l.name, l.ttl)
	batch.Queue(countAlive, l.name).QueryRow(func(row pgx.Row) error {
		var alive, before int
		if err := row.Scan(&alive, &before); err != nil {
			return err
		}
		share = partitions / alive
		if before < partitions%alive {
			share++
		}
		return nil
	})
	return share, l.pool.SendBatch(ctx, batch).Close()
}

// release gives everything back, so that other relays need not wait until the leases expire.
func (l *leases) release(ctx context.Context) error {
	batch := &pgx.Batch{}
	batch.Queue(giveBack, l.name, l.parts)
	batch.Queue(leave, l.name)
	if err := l.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("release leases: %w", err)
	}
	l.parts, l.epochs = nil, nil
	return nil
}

// scan replaces the leases by those in rows.
func (l *leases) scan(rows pgx.Rows, err error) error {
	if err != nil {
		return err
	}
	l.parts, l.epochs = nil, nil
	var (
		part  int16
		epoch int64
	)
	_, err = pgx.ForEachRow(rows, []any{&part, &epoch}, func() error {
		l.parts, l.epochs = append(l.parts, part), append(l.epochs, epoch)
		return nil
	})
	return err
}
