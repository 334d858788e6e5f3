package db_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/domain"
	repository "shop/inventory/internal/repository/postgres"
	"shop/platform/postgres"
)

// version is what one release of the service does to the tables: it reserves two products and releases them.
type version func(ctx context.Context, pool *pgxpool.Pool) error

// The statements of releases that are gone, as they were.
const (
	insertBefore = `INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)`
	insertBoth   = `INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at, total_quantity) VALUES ($1, $2, $3, $4, $5, $6, 4)`
	insertItems  = `INSERT INTO reservation_items (reservation_id, sku, quantity) SELECT $1, unnest($2::text[]), unnest($3::integer[])`
	lockBySaga   = `SELECT id, saga_id, order_id, status, created_at, updated_at FROM reservations WHERE saga_id = $1 FOR UPDATE`
	update       = `UPDATE reservations SET status = $2, updated_at = $3 WHERE id = $1`
)

func versionBefore(ctx context.Context, pool *pgxpool.Pool) error {
	return bySQL(ctx, pool, insertBefore)
}

func versionThatWritesBoth(ctx context.Context, pool *pgxpool.Pool) error {
	return bySQL(ctx, pool, insertBoth)
}

func bySQL(ctx context.Context, pool *pgxpool.Pool, insert string) error {
	id, saga, now := uuid.NewString(), uuid.NewString(), time.Now()
	held := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, insert, id, saga, uuid.NewString(), 1, now, now)
		if err == nil {
			_, err = tx.Exec(ctx, insertItems, id, []string{"cup", "tea"}, []int32{1, 3})
		}
		return err
	})
	return errors.Join(held, pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, lockBySaga, saga)
		if err == nil {
			_, err = tx.Exec(ctx, update, id, 2, now)
		}
		return err
	}))
}

// versionThatReads is the code of this tree.
func versionThatReads(ctx context.Context, pool *pgxpool.Pool) error {
	tx, reservations := postgres.NewTxManager(pool), repository.NewReservationRepository(pool)
	order := uuid.NewString()
	items := []domain.Item{{SKU: "cup", Quantity: 1}, {SKU: "tea", Quantity: 3}}
	held := tx.WithTx(ctx, func(ctx context.Context) error {
		return reservations.Create(ctx, domain.NewReservation(uuid.NewString(), uuid.NewString(), order, items, time.Now()), nil)
	})
	return errors.Join(held, tx.WithTx(ctx, func(ctx context.Context) error {
		reservation, err := reservations.LockByOrder(ctx, order)
		if err != nil {
			return err
		}
		if reservation.TotalQuantity() != 4 {
			return errors.New("the total is not the sum of the items")
		}
		return errors.Join(reservation.Release(time.Now()), reservations.Update(ctx, reservation, nil))
	}))
}

// longestWait is twice the lock_timeout of the migrations: no request may wait longer for a lock, and the rest is time to work.
const longestWait = 4 * time.Second

// instance is one process of some version that serves all the time.
type instance struct {
	t       *testing.T
	served  atomic.Int64
	cancel  context.CancelFunc
	running sync.WaitGroup
}

func serve(t *testing.T, address string, work version) *instance {
	t.Helper()
	p := pool(t, address)
	ctx, cancel := context.WithCancel(t.Context())
	i := &instance{t: t, cancel: cancel}
	for range 2 {
		i.running.Go(func() {
			for ctx.Err() == nil {
				started := time.Now()
				if !assert.NoError(t, work(context.WithoutCancel(ctx), p)) {
					return
				}
				assert.Less(t, time.Since(started), longestWait, "a request waited for a migration")
				i.served.Add(1)
			}
		})
	}
	t.Cleanup(i.stop)
	i.wantMore()
	return i
}

// wantMore waits until the instance has served some more, from now on.
func (i *instance) wantMore() {
	i.t.Helper()
	from := i.served.Load()
	require.Eventually(i.t, func() bool { return i.served.Load() >= from+10 }, 10*time.Second, 5*time.Millisecond, "the service answers no requests")
}

func (i *instance) stop() {
	i.cancel()
	i.running.Wait()
}
