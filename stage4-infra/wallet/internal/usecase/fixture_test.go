package usecase_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/clock"
	"shop/platform/config"
	"shop/platform/idempotencystore"
	"shop/platform/outbox"
	"shop/platform/pagination"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
	"shop/wallet/db"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/metrics"
	"shop/wallet/internal/publisher"
	repository "shop/wallet/internal/repository/postgres"
	"shop/wallet/internal/usecase"
	"shop/wallet/internal/usecase/dto"
)

// fixture has the use cases of the ledger on a database of its own, and one user.
type fixture struct {
	t       *testing.T
	pool    *pgxpool.Pool
	wallets domain.WalletRepository
	user    dto.Caller
	get     *usecase.GetWallet
	topUp   *usecase.TopUp
	list    *usecase.ListEntries
	deduct  *usecase.Deduct
	refund  *usecase.Refund
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	pool := postgrestest.New(t, db.Migrations)
	tx, store := postgres.NewTxManager(pool), idempotencystore.New(pool)
	wallets, events := repository.NewWalletRepository(repository.Config{SnapshotEvery: 3}, pool), newPublisher()
	return &fixture{
		t: t, pool: pool, wallets: wallets, user: dto.Caller{UserID: uuid.NewString()},
		get:    usecase.NewGetWallet(wallets),
		topUp:  usecase.NewTopUp(tx, store, wallets, events, clock.System),
		list:   usecase.NewListEntries(wallets, pagination.NewSigner(pagination.Config{Secret: "a secret of some length"})),
		deduct: usecase.NewDeduct(tx, store, wallets, events, clock.System),
		refund: usecase.NewRefund(tx, store, wallets, events, clock.System),
	}
}

// funded tops up the user's wallet.
func (f *fixture) funded(minorUnits int64) *fixture {
	_, err := f.topUp.Execute(f.t.Context(), f.deposit(uuid.NewString(), minorUnits))
	require.NoError(f.t, err)
	return f
}

func (f *fixture) deposit(key string, minorUnits int64) dto.TopUp {
	return dto.TopUp{Caller: f.user, UserID: f.user.UserID, MinorUnits: minorUnits, Currency: "EUR", IdempotencyKey: key}
}

// purchase is the deduction of a new saga.
func (f *fixture) purchase(minorUnits int64) dto.Deduct {
	return dto.Deduct{
		Caller: f.user, UserID: f.user.UserID, MinorUnits: minorUnits, Currency: "EUR",
		SagaID: uuid.NewString(), StepName: "DEDUCT_BALANCE", OrderID: uuid.NewString(),
	}
}

func undo(d dto.Deduct) dto.Refund {
	return dto.Refund{Caller: d.Caller, SagaID: d.SagaID, StepName: d.StepName, OrderID: d.OrderID}
}

// wantBalance compares the balance, and checks that it is the fold of the ledger.
func (f *fixture) wantBalance(want int64) {
	f.t.Helper()
	wallet, err := f.get.Execute(f.t.Context(), dto.GetWallet{Caller: f.user, UserID: f.user.UserID, Currency: "EUR"})
	require.NoError(f.t, err)
	assert.Equal(f.t, want, wallet.MinorUnits, "balance")
	f.wantConsistentLedger(f.t)
}

func (f *fixture) wantConsistentLedger(t require.TestingT) {
	var broken int
	require.NoError(t, f.pool.QueryRow(f.t.Context(), "SELECT count(*) FROM (\n"+strings.TrimSuffix(strings.TrimSpace(db.LedgerInvariant), ";")+"\n) AS broken").Scan(&broken))
	require.Zero(t, broken, "wallets whose balance is not the fold of their ledger")
}

func newPublisher() *publisher.Publisher {
	return publisher.New(metrics.New(prometheus.NewRegistry()), newOutbox())
}

func newOutbox() *outbox.Writer {
	return outbox.NewWriter(config.Defaults[outbox.Config](), clock.System)
}
