package main

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/db"
	"shop/order/internal/domain"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/service/saga"
	"shop/platform/config"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
)

func failedSaga(t *testing.T) *saga.Saga {
	t.Helper()
	price, err := domain.NewMoney(500, "EUR")
	require.NoError(t, err)
	item, err := domain.NewItem("tea", 1, price)
	require.NoError(t, err)
	order, err := domain.NewOrder(uuid.NewString(), uuid.NewString(), []domain.Item{item}, time.Now())
	require.NoError(t, err)
	s := saga.NewPurchase(order)
	s.BeginCompensation(saga.Failure{Code: domain.CancelUncertain, Reason: "no answer"})
	s.StartCompensation(saga.ReserveInventory)
	s.Fail("no reply in time")
	return s
}

// Not parallel: the command is configured by the environment.
func TestResume_FailedSaga_CommandIsInTheOutbox(t *testing.T) {
	url := postgrestest.NewURL(t, db.Migrations)
	t.Setenv("DATABASE_URL", url)
	cfg := config.Defaults[postgres.Config]()
	cfg.URL = config.Secret(url)
	pool, err := postgres.NewPool(t.Context(), cfg)
	require.NoError(t, err)
	defer pool.Close()
	s := failedSaga(t)
	require.NoError(t, postgres.NewTxManager(pool).WithTx(t.Context(), func(ctx context.Context) error {
		return repository.NewSagaRepository(pool).Create(ctx, s)
	}))

	require.NoError(t, run(t.Context(), []string{"list"}))
	err = run(t.Context(), []string{"resume", uuid.NewString(), s.Order.ID()})

	assert.ErrorContains(t, err, "has no saga to resume", "one that is unknown stops no other")
	var command, status string
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT event_type FROM outbox_events`).Scan(&command))
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT status FROM saga_executions`).Scan(&status))
	assert.Equal(t, "inventory.stock.release", command)
	assert.Equal(t, "COMPENSATING", status)
}

func TestRun_UnknownCommand_PrintsUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"resume"}, {"list", "x"}, {"delete", "x"}} {
		t.Setenv("DATABASE_URL", "postgres://127.0.0.1:1/none")
		assert.ErrorIs(t, run(t.Context(), args), errUsage, args)
	}
}
