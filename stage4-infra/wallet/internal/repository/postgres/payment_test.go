package postgres_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/clock"
	"shop/platform/postgres"
	"shop/platform/postgrestest"
	"shop/wallet/db"
	"shop/wallet/internal/domain"
	repository "shop/wallet/internal/repository/postgres"
)

func newPayment(t *testing.T, userID, key string) *domain.Payment {
	t.Helper()
	amount, err := domain.NewMoney(500, "EUR")
	require.NoError(t, err)
	p, err := domain.NewPayment(uuid.NewString(), userID, domain.PaymentRequest{Key: key, Hash: []byte{1}}, amount, clock.System())
	require.NoError(t, err)
	return p
}

func TestPaymentRepository_StoresAllFields(t *testing.T) {
	t.Parallel()
	payments := repository.NewPaymentRepository(postgrestest.New(t, db.Migrations))
	p := newPayment(t, uuid.NewString(), "k")
	stored, err := payments.Create(t.Context(), p)
	require.NoError(t, err)
	assert.Same(t, p, stored)
	loaded, err := payments.Get(t.Context(), p.ID())
	require.NoError(t, err)
	stale, err := payments.Get(t.Context(), p.ID())
	require.NoError(t, err)
	failure := domain.PaymentFailure{Code: domain.FailureNotBooked, Reason: "full"}
	require.NoError(t, loaded.MarkCharged(clock.System()))
	require.NoError(t, loaded.StartVoid(failure, clock.System()))

	require.NoError(t, payments.Update(t.Context(), loaded))

	again, err := payments.Get(t.Context(), p.ID())
	require.NoError(t, err)
	want, got := loaded.Snapshot(), again.Snapshot()
	assert.EqualValues(t, 3, got.Version)
	assert.True(t, want.CreatedAt.Equal(got.CreatedAt) && want.UpdatedAt.Equal(got.UpdatedAt))
	want.CreatedAt, want.UpdatedAt = got.CreatedAt, got.UpdatedAt
	assert.Equal(t, want, got)
	require.NoError(t, stale.MarkCharged(clock.System()))
	assert.ErrorIs(t, payments.Update(t.Context(), stale), postgres.ErrStale)
	assert.ErrorIs(t, payments.Update(t.Context(), newPayment(t, uuid.NewString(), "k")), domain.ErrPaymentNotFound)
}

func TestPaymentRepository_Create_SameUserAndKey_ReturnsTheFirst(t *testing.T) {
	t.Parallel()
	payments := repository.NewPaymentRepository(postgrestest.New(t, db.Migrations))
	first := newPayment(t, uuid.NewString(), "k")
	_, err := payments.Create(t.Context(), first)
	require.NoError(t, err)

	again, err := payments.Create(t.Context(), newPayment(t, first.UserID(), "k"))
	require.NoError(t, err)
	assert.Equal(t, first.ID(), again.ID())
	other, err := payments.Create(t.Context(), newPayment(t, uuid.NewString(), "k"))
	require.NoError(t, err)
	assert.NotEqual(t, first.ID(), other.ID())
}

func TestPaymentRepository_CountUnsettled(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	payments := repository.NewPaymentRepository(pool)
	all := []domain.PaymentStatus{
		domain.PaymentPending, domain.PaymentCharged, domain.PaymentVoiding,
		domain.PaymentBooked, domain.PaymentDeclined, domain.PaymentVoided,
	}
	want := make(map[domain.PaymentStatus]int64)
	for n, status := range all {
		for range n + 1 {
			p, err := payments.Create(t.Context(), newPayment(t, uuid.NewString(), "k"))
			require.NoError(t, err)
			_, err = pool.Exec(t.Context(), "UPDATE payments SET status = $2 WHERE id = $1", p.ID(), string(status))
			require.NoError(t, err)
		}
		if slices.Contains(domain.UnsettledPaymentStatuses(), status) {
			want[status] = int64(n + 1)
		}
	}

	counts, err := payments.CountUnsettled(t.Context())

	require.NoError(t, err)
	assert.Equal(t, want, counts, "the query and the domain must agree on unsettled")
	assert.Len(t, counts, 3)
}

func TestPaymentRepository_StalePayments_AreClaimedOnce(t *testing.T) {
	t.Parallel()
	payments := repository.NewPaymentRepository(postgrestest.New(t, db.Migrations))
	open, settled := newPayment(t, uuid.NewString(), "k"), newPayment(t, uuid.NewString(), "k")
	for _, p := range []*domain.Payment{open, settled} {
		_, err := payments.Create(t.Context(), p)
		require.NoError(t, err)
	}
	settled, err := payments.Get(t.Context(), settled.ID())
	require.NoError(t, err)
	require.NoError(t, settled.Decline("no", clock.System()))
	require.NoError(t, payments.Update(t.Context(), settled))

	fresh, err := payments.ListStale(t.Context(), time.Hour, 10)
	require.NoError(t, err)
	assert.Empty(t, fresh)
	stale, err := payments.ListStale(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Len(t, stale, 1)

	claimed, err := payments.Claim(t.Context(), stale[0])
	require.NoError(t, err)
	assert.Equal(t, open.ID(), claimed.ID())
	_, err = payments.Claim(t.Context(), stale[0])
	assert.ErrorIs(t, err, domain.ErrPaymentLost)
	require.NoError(t, claimed.MarkCharged(clock.System()))
	assert.NoError(t, payments.Update(t.Context(), claimed))
}
