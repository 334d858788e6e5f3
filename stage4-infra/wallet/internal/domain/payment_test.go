package domain_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/wallet/internal/domain"
)

// moves are all changes of a payment, each with the statuses in which it is allowed.
var moves = map[string]struct {
	do   func(p *domain.Payment, now time.Time) error
	from []domain.PaymentStatus
	to   domain.PaymentStatus
}{
	"charge":     {(*domain.Payment).MarkCharged, []domain.PaymentStatus{domain.PaymentPending}, domain.PaymentCharged},
	"book":       {(*domain.Payment).MarkBooked, []domain.PaymentStatus{domain.PaymentCharged}, domain.PaymentBooked},
	"decline":    {decline, []domain.PaymentStatus{domain.PaymentPending}, domain.PaymentDeclined},
	"start void": {startVoid, []domain.PaymentStatus{domain.PaymentPending, domain.PaymentCharged}, domain.PaymentVoiding},
	"abandon":    {abandon, []domain.PaymentStatus{domain.PaymentPending}, domain.PaymentVoiding},
	"void":       {(*domain.Payment).MarkVoided, []domain.PaymentStatus{domain.PaymentVoiding}, domain.PaymentVoided},
}

var notBooked = domain.PaymentFailure{Code: domain.FailureNotBooked, Reason: "full"}

func decline(p *domain.Payment, now time.Time) error   { return p.Decline("no money", now) }
func startVoid(p *domain.Payment, now time.Time) error { return p.StartVoid(notBooked, now) }
func abandon(p *domain.Payment, now time.Time) error {
	return p.StartVoid(domain.PaymentFailure{Code: domain.FailureAbandoned, Reason: "abandoned"}, now)
}

func TestPayment_AllowsOnlyWhitelistedTransitions(t *testing.T) {
	t.Parallel()
	statuses := []domain.PaymentStatus{
		domain.PaymentPending, domain.PaymentCharged, domain.PaymentBooked, domain.PaymentDeclined,
		domain.PaymentVoiding, domain.PaymentVoided,
	}
	for name, move := range moves {
		for _, status := range statuses {
			p := stored(t, status)
			before := *p
			err := move.do(p, noon)
			if !assert.Equal(t, slices.Contains(move.from, status), err == nil, "%s from %s", name, status) || err != nil {
				assert.ErrorIs(t, err, domain.ErrInvalidTransition)
				assert.Equal(t, before, *p, "%s from %s: a refused change must have no effect", name, status)
				continue
			}
			assert.Equal(t, move.to, p.Status())
			assert.Equal(t, noon, p.Snapshot().UpdatedAt)
			require.Len(t, p.Events(), 1)
			assert.Equal(t, 1, p.Events()[0].Version())
		}
	}
}

// A payment that is both booked and voided creates money; one that is neither loses it.
func TestPayment_NoPathFromVoidingToBookedOrBack(t *testing.T) {
	t.Parallel()
	for _, status := range []domain.PaymentStatus{domain.PaymentVoiding, domain.PaymentVoided, domain.PaymentDeclined} {
		assert.False(t, reaches(status, domain.PaymentBooked), status)
		assert.False(t, reaches(status, domain.PaymentCharged), status)
	}
	assert.False(t, reaches(domain.PaymentBooked, domain.PaymentVoiding))
}

func TestPayment_EventsContinueTheVersionWithoutGaps(t *testing.T) {
	t.Parallel()
	p, err := domain.NewPayment("id", "user", domain.PaymentRequest{Key: "k"}, euros(t, 5), noon)
	require.NoError(t, err)
	for _, name := range []string{"charge", "start void", "void"} {
		require.NoError(t, moves[name].do(p, noon))
	}
	var names []string
	for i, event := range p.Events() {
		names = append(names, event.EventType())
		meta := event.(domain.PaymentEvent).EventMeta
		assert.Equal(t, domain.EventMeta{ID: fmt.Sprintf("id:%d", i+1), Sequence: int64(i + 1), OccurredAt: noon}, meta)
	}
	assert.Equal(t, []string{
		"wallet.payment.created", "wallet.payment.charged", "wallet.payment.voiding", "wallet.payment.voided",
	}, names)
	assert.EqualValues(t, 4, p.Snapshot().Version)
	assert.Equal(t, notBooked, p.Failure(), "voiding keeps the reason")
}

func TestNewPayment_AmountNotPositive(t *testing.T) {
	t.Parallel()
	_, err := domain.NewPayment("id", "user", domain.PaymentRequest{Key: "k"}, euros(t, 0), noon)
	assert.ErrorIs(t, err, domain.ErrInvalidAmount)
}

func stored(t *testing.T, status domain.PaymentStatus) *domain.Payment {
	t.Helper()
	return domain.RestorePayment(domain.PaymentSnapshot{ID: "id", UserID: "user", Amount: euros(t, 5), Status: status, Version: 1})
}

// reaches reports whether any moves lead from one status to the other.
func reaches(from, to domain.PaymentStatus) bool {
	seen := map[domain.PaymentStatus]bool{}
	var walk func(domain.PaymentStatus) bool
	walk = func(at domain.PaymentStatus) bool {
		if seen[at] {
			return false
		}
		seen[at] = true
		for _, move := range moves {
			if at.CanTransitionTo(move.to) && (move.to == to || walk(move.to)) {
				return true
			}
		}
		return false
	}
	return walk(from)
}
