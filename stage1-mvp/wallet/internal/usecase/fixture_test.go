package usecase_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/pagination"
	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/platform/postgrestest"
	"stagecraft/stage1-mvp/wallet/db"
	repository "stagecraft/stage1-mvp/wallet/internal/repository/postgres"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// bank is every use case on a database of its own, and one user. Snapshots are taken every three entries.
type bank struct {
	t      *testing.T
	pool   *pgxpool.Pool
	user   dto.Caller
	get    *usecase.GetWallet
	topUp  *usecase.TopUp
	list   *usecase.ListEntries
	deduct *usecase.Deduct
	refund *usecase.Refund
}

func newBank(t *testing.T) *bank {
	t.Helper()
	pool := postgrestest.New(t, db.Migrations)
	tx, store := postgres.NewTxManager(pool), idempotency.NewStore(pool)
	wallets := repository.NewWalletRepository(pool, repository.Config{SnapshotEvery: 3})
	return &bank{
		t: t, pool: pool, user: dto.Caller{UserID: uuid.NewString()},
		get:    usecase.NewGetWallet(wallets),
		topUp:  usecase.NewTopUp(tx, store, wallets, clock.System),
		list:   usecase.NewListEntries(wallets, pagination.NewSigner(pagination.Config{Secret: "a secret of some length"})),
		deduct: usecase.NewDeduct(tx, store, wallets, clock.System),
		refund: usecase.NewRefund(tx, store, wallets, clock.System),
	}
}

// funded puts money into the user's wallet.
func (b *bank) funded(minorUnits int64) *bank {
	_, err := b.topUp.Execute(b.t.Context(), b.deposit(uuid.NewString(), minorUnits))
	require.NoError(b.t, err)
	return b
}

func (b *bank) deposit(key string, minorUnits int64) dto.TopUp {
	return dto.TopUp{Caller: b.user, UserID: b.user.UserID, MinorUnits: minorUnits, Currency: "EUR", IdempotencyKey: key}
}

// payment is the second step of a new saga.
func (b *bank) payment(minorUnits int64) dto.Deduct {
	return dto.Deduct{
		Caller: b.user, UserID: b.user.UserID, MinorUnits: minorUnits, Currency: "EUR",
		SagaID: uuid.NewString(), StepName: "DEDUCT_BALANCE", OrderID: uuid.NewString(),
	}
}

func undo(d dto.Deduct) dto.Refund {
	return dto.Refund{SagaID: d.SagaID, StepName: d.StepName, OrderID: d.OrderID}
}

// wantBalance asks the use case, and the ledger itself: what is folded with snapshots must be the plain sum.
func (b *bank) wantBalance(want int64) {
	b.t.Helper()
	wallet, err := b.get.Execute(b.t.Context(), dto.GetWallet{Caller: b.user, UserID: b.user.UserID, Currency: "EUR"})
	require.NoError(b.t, err)
	assert.Equal(b.t, want, wallet.MinorUnits, "balance")
	var sum int64
	require.NoError(b.t, b.pool.QueryRow(b.t.Context(),
		"SELECT coalesce(sum(amount_minor), 0) FROM ledger_entries WHERE user_id = $1", b.user.UserID).Scan(&sum))
	assert.Equal(b.t, want, sum, "sum of the ledger")
}
