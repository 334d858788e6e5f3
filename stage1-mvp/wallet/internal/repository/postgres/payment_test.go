package postgres_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/postgres"
	"stagecraft/stage1-mvp/platform/postgrestest"
	"stagecraft/stage1-mvp/wallet/db"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	repository "stagecraft/stage1-mvp/wallet/internal/repository/postgres"
)

func newPayment(t *testing.T, userID, key string) *domain.Payment {
	t.Helper()
	amount, err := domain.NewMoney(500, "EUR")
	require.NoError(t, err)
	p, err := domain.NewPayment(uuid.NewString(), userID, domain.PaymentRequest{Key: key, Hash: []byte{1}}, amount, clock.System())
	require.NoError(t, err)
	p.ClearEvents()
	return p
}

func TestAPaymentIsStoredAsItIs(t *testing.T) {
	t.Parallel()
	payments := repository.NewPaymentRepository(postgrestest.New(t, db.Migrations))
	p := newPayment(t, uuid.NewString(), "k")
	stored, err := payments.Create(t.Context(), p)
	require.NoError(t, err)
	assert.Same(t, p, stored)
	require.NoError(t, p.MarkCharged(clock.System()))
	require.NoError(t, p.MarkBooked(clock.System()))
	require.NoError(t, p.StartRefund("scope", "key", clock.System()))
	p.ClearEvents()

	require.NoError(t, payments.Update(t.Context(), p))

	loaded, err := payments.Get(t.Context(), p.ID())
	require.NoError(t, err)
	assert.EqualValues(t, 2, loaded.Version())
	assert.Equal(t, p.Refund(), loaded.Refund())
	assert.Equal(t, p.Status(), loaded.Status())
	assert.Equal(t, p.Amount(), loaded.Amount())
	assert.True(t, loaded.IsFor([]byte{1}))
	assert.True(t, p.UpdatedAt().Equal(loaded.UpdatedAt()))
	assert.ErrorIs(t, payments.Update(t.Context(), p), postgres.ErrStale, "the version is one that was")
	assert.ErrorIs(t, payments.Update(t.Context(), newPayment(t, uuid.NewString(), "k")), domain.ErrPaymentNotFound, "gone is not stale")
}

func TestAKeyOfAUserIsOnePayment(t *testing.T) {
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

func TestUnsettledPaymentsAreCountedByStatus(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	payments := repository.NewPaymentRepository(pool)
	all := []domain.PaymentStatus{
		domain.PaymentPending, domain.PaymentCharged, domain.PaymentVoiding, domain.PaymentRefunding,
		domain.PaymentBooked, domain.PaymentDeclined, domain.PaymentVoided, domain.PaymentRefunded,
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
	assert.Equal(t, want, counts, "what the query calls unsettled is what the domain does")
	assert.Len(t, counts, 4)
}

func TestOnlyUnsettledPaymentsThatNobodyTouchedAreStaleAndClaimedOnce(t *testing.T) {
	t.Parallel()
	payments := repository.NewPaymentRepository(postgrestest.New(t, db.Migrations))
	open, settled := newPayment(t, uuid.NewString(), "k"), newPayment(t, uuid.NewString(), "k")
	for _, p := range []*domain.Payment{open, settled} {
		_, err := payments.Create(t.Context(), p)
		require.NoError(t, err)
	}
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
	assert.NoError(t, payments.Update(t.Context(), claimed), "the claim is the version that its owner has")
	assert.ErrorIs(t, payments.Update(t.Context(), claimed), postgres.ErrStale)
}
