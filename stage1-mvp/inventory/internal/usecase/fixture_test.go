package usecase_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/inventory/db"
	"stagecraft/stage1-mvp/inventory/internal/metrics"
	repository "stagecraft/stage1-mvp/inventory/internal/repository/postgres"
	"stagecraft/stage1-mvp/inventory/internal/usecase"
	"stagecraft/stage1-mvp/inventory/internal/usecase/dto"
	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/platform/postgrestest"
)

// inventory is every use case on a database of its own.
type inventory struct {
	t       *testing.T
	pool    *pgxpool.Pool
	get     *usecase.GetStock
	adjust  *usecase.AdjustStock
	reserve *usecase.Reserve
	release *usecase.Release
}

func newInventory(t *testing.T) *inventory {
	t.Helper()
	pool := postgrestest.New(t, db.Migrations)
	tx, store := postgres.NewTxManager(pool), idempotency.NewStore(pool)
	stocks, reservations := repository.NewStockRepository(pool), repository.NewReservationRepository(pool)
	return &inventory{
		t:       t,
		pool:    pool,
		get:     usecase.NewGetStock(stocks),
		adjust:  usecase.NewAdjustStock(tx, store, stocks, clock.System),
		reserve: usecase.NewReserve(tx, store, stocks, reservations, clock.System, metrics.New(prometheus.NewRegistry())),
		release: usecase.NewRelease(tx, store, stocks, reservations, clock.System, metrics.New(prometheus.NewRegistry())),
	}
}

// stocked puts quantity pieces of each SKU on the shelf.
func (i *inventory) stocked(quantity int64, skus ...string) *inventory {
	for _, sku := range skus {
		_, err := i.adjust.Execute(i.t.Context(), adjustment(uuid.NewString(), sku, quantity))
		require.NoError(i.t, err)
	}
	return i
}

func (i *inventory) wantStock(sku string, available, reserved int64) {
	i.t.Helper()
	stock, err := i.get.Execute(i.t.Context(), sku)
	require.NoError(i.t, err)
	assert.Equal(i.t, []int64{available, reserved}, []int64{stock.Available, stock.Reserved}, "available and reserved of %s", sku)
}

func adjustment(key, sku string, delta int64) dto.AdjustStock {
	return dto.AdjustStock{CallerID: "admin", IdempotencyKey: key, SKU: sku, Delta: delta}
}

// reservation is the first step of a new saga.
func reservation(items ...dto.Item) dto.Reserve {
	return dto.Reserve{SagaID: uuid.NewString(), StepName: "RESERVE_INVENTORY", OrderID: uuid.NewString(), Items: items}
}

func undo(r dto.Reserve) dto.Release {
	return dto.Release{SagaID: r.SagaID, StepName: r.StepName, OrderID: r.OrderID}
}
