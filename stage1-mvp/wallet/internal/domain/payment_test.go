package domain_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// moves are all that can be done to a payment, each with the only statuses in which it may be done.
var moves = map[string]struct {
	do   func(p *domain.Payment, now time.Time) error
	from []domain.PaymentStatus
	to   domain.PaymentStatus
}{
	"charge":       {(*domain.Payment).MarkCharged, []domain.PaymentStatus{domain.PaymentPending}, domain.PaymentCharged},
	"book":         {(*domain.Payment).MarkBooked, []domain.PaymentStatus{domain.PaymentCharged}, domain.PaymentBooked},
	"decline":      {decline, []domain.PaymentStatus{domain.PaymentPending}, domain.PaymentDeclined},
	"start void":   {startVoid, []domain.PaymentStatus{domain.PaymentPending, domain.PaymentCharged}, domain.PaymentVoiding},
	"abandon":      {abandon, []domain.PaymentStatus{domain.PaymentPending}, domain.PaymentVoiding},
	"void":         {(*domain.Payment).MarkVoided, []domain.PaymentStatus{domain.PaymentVoiding}, domain.PaymentVoided},
	"start refund": {startRefund, []domain.PaymentStatus{domain.PaymentBooked}, domain.PaymentRefunding},
	"refund":       {markRefunded, []domain.PaymentStatus{domain.PaymentRefunding}, domain.PaymentRefunded},
	"refuse":       {refuseRefund, []domain.PaymentStatus{domain.PaymentRefunding}, domain.PaymentBooked},
}

var notBooked = domain.PaymentFailure{Code: domain.FailureNotBooked, Reason: "full"}

func decline(p *domain.Payment, now time.Time) error   { return p.Decline("no money", now) }
func startVoid(p *domain.Payment, now time.Time) error { return p.StartVoid(notBooked, now) }
func abandon(p *domain.Payment, now time.Time) error {
	return p.StartVoid(domain.PaymentFailure{Code: domain.FailureAbandoned, Reason: "nobody came back"}, now)
}

func startRefund(p *domain.Payment, now time.Time) error  { return p.StartRefund("scope", "key", now) }
func markRefunded(p *domain.Payment, now time.Time) error { return p.MarkRefunded(1, now) }
func refuseRefund(p *domain.Payment, now time.Time) error { return p.RefuseRefund(1, now) }

func TestAPaymentMovesOnlyAlongItsArrows(t *testing.T) {
	t.Parallel()
	statuses := []domain.PaymentStatus{
		domain.PaymentPending, domain.PaymentCharged, domain.PaymentBooked, domain.PaymentDeclined,
		domain.PaymentVoiding, domain.PaymentVoided, domain.PaymentRefunding, domain.PaymentRefunded,
	}
	for name, move := range moves {
		for _, status := range statuses {
			p := stored(t, status)
			before := *p
			err := move.do(p, noon)
			if !assert.Equal(t, slices.Contains(move.from, status), err == nil, "%s from %s", name, status) || err != nil {
				assert.ErrorIs(t, err, domain.ErrInvalidTransition)
				assert.Equal(t, before, *p, "%s from %s: a refused move changes nothing", name, status)
				continue
			}
			assert.Equal(t, move.to, p.Status())
			assert.Equal(t, noon, p.UpdatedAt())
			require.Len(t, p.Events(), 1)
			assert.Equal(t, 1, p.Events()[0].Version())
		}
	}
}

// Booked and taken back at once would be money for nothing; neither would be money lost.
func TestNoWayLeadsFromTakingBackToBooking(t *testing.T) {
	t.Parallel()
	for _, status := range []domain.PaymentStatus{domain.PaymentVoiding, domain.PaymentVoided, domain.PaymentDeclined} {
		assert.False(t, reaches(status, domain.PaymentBooked), status)
		assert.False(t, reaches(status, domain.PaymentCharged), status)
	}
	assert.False(t, reaches(domain.PaymentBooked, domain.PaymentVoiding))
	assert.False(t, reaches(domain.PaymentRefunded, domain.PaymentBooked))
}

func TestTheLateAnswerToOneRefundDoesNotDecideTheNext(t *testing.T) {
	t.Parallel()
	p := stored(t, domain.PaymentRefunding)
	require.NoError(t, p.RefuseRefund(1, noon))
	require.NoError(t, p.StartRefund("scope", "key-2", noon))

	assert.ErrorIs(t, p.MarkRefunded(1, noon), domain.ErrInvalidTransition)
	assert.ErrorIs(t, p.RefuseRefund(1, noon), domain.ErrInvalidTransition)
	assert.Equal(t, domain.PaymentRefund{Attempt: 2, Scope: "scope", Key: "key-2"}, p.Refund())
	assert.NoError(t, p.MarkRefunded(2, noon))
}

func TestEveryEventOfAPaymentHasANameOfItsOwn(t *testing.T) {
	t.Parallel()
	p, err := domain.NewPayment("id", "user", domain.PaymentRequest{Key: "k"}, euros(t, 5), noon)
	require.NoError(t, err)
	for _, name := range []string{"charge", "book", "start refund", "refuse"} {
		require.NoError(t, moves[name].do(p, noon))
	}
	var names []string
	for _, event := range p.Events() {
		names = append(names, event.EventType())
	}
	assert.Equal(t, []string{
		"wallet.payment.created", "wallet.payment.charged", "wallet.payment.booked", "wallet.payment.refunding", "wallet.payment.refund_refused",
	}, names)
	p.ClearEvents()
	assert.Empty(t, p.Events())
}

func TestAPaymentIsOfSomething(t *testing.T) {
	t.Parallel()
	_, err := domain.NewPayment("id", "user", domain.PaymentRequest{Key: "k"}, euros(t, 0), noon)
	assert.ErrorIs(t, err, domain.ErrInvalidAmount)
}

func stored(t *testing.T, status domain.PaymentStatus) *domain.Payment {
	t.Helper()
	snapshot := domain.PaymentSnapshot{ID: "id", UserID: "user", Amount: euros(t, 5), Status: status, Version: 1}
	if status == domain.PaymentRefunding {
		snapshot.Refund = domain.PaymentRefund{Attempt: 1, Scope: "scope", Key: "key"}
	}
	return domain.RestorePayment(snapshot)
}

// reaches tells whether any moves lead from one status to the other.
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
