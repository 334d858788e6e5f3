package saga_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/service/saga"
	"shop/platform/crashtest"
	"shop/platform/errs"
)

func TestCreateOrder_ClientHangsUp_PurchaseGoesOn(t *testing.T) {
	t.Parallel()
	pool, services, in := newPool(t), newDownstream(nil), request()
	shop := start(pool, services, &crashtest.Process{}, longTime)
	ctx, hangUp := context.WithCancel(t.Context())
	services.onAct = hangUp

	_, err := shop.create.Execute(ctx, in)
	require.NoError(t, shop.background.Wait(t.Context()))
	again, againErr := shop.create.Execute(t.Context(), in)

	assert.Equal(t, "IN_PROGRESS", errs.From(err).Reason)
	require.NoError(t, againErr)
	assert.Equal(t, int(domain.StatusPaid), again.Order.Status)
	assert.True(t, again.Replayed)
}

func TestCreateOrder_CompensationFailsAtFirst_IsRepeatedAtOnce(t *testing.T) {
	t.Parallel()
	pool, in := newPool(t), request()
	services := newDownstream(map[string]behaviour{saga.DeductBalance: refuses, saga.ReserveInventory: undoFailsOnce})

	_, err := start(pool, services, &crashtest.Process{}, longTime).create.Execute(t.Context(), in)

	assert.Equal(t, "INSUFFICIENT_BALANCE", errs.From(err).Reason)
	assert.Equal(t, []domain.OrderStatus{domain.StatusCancelled}, storedStatuses(t, pool, in.BuyerID), "without a scan")
	assert.Zero(t, services.net[saga.ReserveInventory])
}

// queries counts what a pool sends.
type queries struct{ n atomic.Int64 }

func (q *queries) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	q.n.Add(1)
	return ctx
}

func (q *queries) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// Duplicates of a request that this process is working on wait without asking the database.
func TestCreateOrder_DuplicatesHere_WaitWithoutPolling(t *testing.T) {
	t.Parallel()
	counted := &queries{}
	cfg := newPool(t).Config()
	cfg.ConnConfig.Tracer = counted
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	services, in := newDownstream(nil), request()
	shop := start(pool, services, &crashtest.Process{}, longTime)
	acting, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	services.onAct = func() { once.Do(func() { close(acting); <-goOn }) }

	var buyers sync.WaitGroup
	buyers.Go(func() {
		_, err := shop.create.Execute(t.Context(), in)
		assert.NoError(t, err)
	})
	<-acting
	before := counted.n.Load()
	for range 5 {
		buyers.Go(func() {
			_, err := shop.create.Execute(t.Context(), in)
			assert.NoError(t, err)
		})
	}
	var waiting int64
	require.Eventually(t, func() bool { // until no duplicate has asked anything for a while
		last := waiting
		waiting = counted.n.Load()
		return waiting > before && waiting == last
	}, 5*time.Second, 150*time.Millisecond, "duplicates poll")
	close(goOn)
	buyers.Wait()
	assert.LessOrEqual(t, waiting-before, int64(5*5), "begin, claim, commit, look up once")
}
