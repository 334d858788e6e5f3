package usecase_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/db"
	"shop/inventory/internal/domain"
	repository "shop/inventory/internal/repository/postgres"
	"shop/inventory/internal/usecase"
	"shop/inventory/internal/usecase/dto"
	"shop/platform/clock"
	"shop/platform/idempotencystore"
	"shop/platform/pagination"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

// inventory is every use case on a database of its own.
type inventory struct {
	t         *testing.T
	pool      *pgxpool.Pool
	catalogue *usecase.Catalogue
	get       *usecase.GetStock
	adjust    *usecase.AdjustStock
	steps     *usecase.SagaSteps
	events    *events
}

// events records what was published; the transaction may still have failed afterwards.
type events struct {
	mu   sync.Mutex
	seen []string
}

func (e *events) Publish(_ context.Context, published ...domain.Event) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, event := range published {
		e.seen = append(e.seen, event.EventType())
	}
	return nil
}

func newInventory(t *testing.T) *inventory {
	t.Helper()
	pool := postgrestest.New(t, db.Migrations)
	tx, store := postgres.NewTxManager(pool), idempotencystore.New(pool)
	products, stocks, reservations := repository.NewProductRepository(pool), repository.NewStockRepository(pool), repository.NewReservationRepository(pool)
	published := &events{}
	return &inventory{
		t:      t,
		events: published,
		pool:   pool,
		catalogue: usecase.NewCatalogue(
			tx, products, products, published, pagination.NewSigner(pagination.Config{Secret: "a secret of tests"}), clock.System,
		),
		get:    usecase.NewGetStock(stocks),
		adjust: usecase.NewAdjustStock(tx, store, products, stocks, clock.System),
		steps:  usecase.NewSagaSteps(tx, store, stocks, reservations, published, clock.System),
	}
}

// product puts a product into the catalogue.
func (i *inventory) product(sku string) {
	i.t.Helper()
	_, err := i.catalogue.Put(i.t.Context(), dto.PutProduct{SKU: sku, Name: "the " + sku, UnitPrice: 500, Currency: "EUR"})
	require.NoError(i.t, err)
}

// stocked adds a product and quantity pieces of it for each SKU, and forgets the events of that.
func (i *inventory) stocked(quantity int64, skus ...string) *inventory {
	i.t.Helper()
	for _, sku := range skus {
		i.product(sku)
		_, err := i.adjust.Execute(i.t.Context(), adjustment(uuid.NewString(), sku, quantity))
		require.NoError(i.t, err)
	}
	i.events.seen = nil
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
	return dto.Reserve{
		Step: dto.Step{SagaID: uuid.NewString(), StepName: "RESERVE_INVENTORY", OrderID: uuid.NewString()}, Items: items,
	}
}

// shipping is the step of a saga that ships the order of r.
func shipping(r dto.Reserve) dto.Step {
	return dto.Step{SagaID: uuid.NewString(), StepName: "SHIP_STOCK", OrderID: r.OrderID}
}

func undo(r dto.Reserve) dto.Step { return r.Step }
