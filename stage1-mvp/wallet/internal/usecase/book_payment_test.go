package usecase_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/paymentsim"
	"stagecraft/stage1-mvp/platform/crashtest"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/paralleltest"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// Answers are not kept for ever. Whoever repeats his request after that is told of the wallet as it is, and pays nothing in.
func TestAPaymentIsBookedOnceAlsoWhenItsAnswerIsForgotten(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	refund := func(c *till, fault string) {
		id := c.pay(500).Payment.ID
		if fault != "" {
			c.faulty(paymentsim.Fault{Kind: fault, Operation: paymentsim.OpRefund, Count: 1})
		}
		_, _ = c.backToMe.Execute(inTime(t), c.giveBack("r", id))
	}
	for status, reach := range map[domain.PaymentStatus]func(c *till){
		domain.PaymentBooked:    func(c *till) { c.pay(500) },
		domain.PaymentRefunding: func(c *till) { refund(c, paymentsim.FailBefore) },
		domain.PaymentRefunded:  func(c *till) { refund(c, "") },
		domain.PaymentVoiding:   func(c *till) { c.payIntoAFullWallet(paymentsim.FailBefore) },
		domain.PaymentVoided:    func(c *till) { c.payIntoAFullWallet("") },
	} {
		c := b.as(uuid.NewString())
		reach(c)
		id, key := c.onlyPayment(status)
		before := c.balance()

		for _, err := range paralleltest.Together(10, func(int) error {
			c.forget()
			paid, err := c.payIn.Execute(inTime(t), c.card(key, 500))
			if err == nil {
				assert.True(t, paid.Replayed, status)
				assert.Equal(t, before, paid.Wallet.MinorUnits, "%s: the wallet as it is", status)
			}
			return err
		}) {
			switch {
			case errors.Is(err, idempotency.ErrUnknownKey): // forgotten between two of its questions
			case status == domain.PaymentVoiding, status == domain.PaymentVoided:
				assert.Equal(t, "WALLET_FULL", errs.From(err).Reason, status)
			default:
				assert.NoError(t, err, status)
			}
		}

		assert.Equal(t, status, c.status(id))
		c.wantBalance(before)
		c.faulty()
		c.settle()
		c.wantConserved(string(status))
	}
}

// A full wallet does not turn a booked payment into a refused one.
func TestABookedPaymentStaysBookedWhenTheWalletIsFull(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.pay(500)
	_, key := b.onlyPayment(domain.PaymentBooked)
	b.funded(domain.MaxBalance - 500)
	b.forget()

	for range 2 {
		paid, err := b.payIn.Execute(inTime(t), b.card(key, 500))
		require.NoError(t, err)
		assert.True(t, paid.Replayed)
	}
	b.wantBalance(domain.MaxBalance)
}

// The process is killed at every point of its work in turn, and what it remembered of the request is deleted.
func TestNoCrashBooksAForgottenPaymentTwice(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	for diesAt := int64(1); ; diesAt++ {
		c, victim := b.as(uuid.NewString()), &crashtest.Process{DiesAt: diesAt}
		_, _ = c.start(victim, nil).payIn.Execute(inTime(t), c.card("k", 500))

		c.forget()
		for _, err := range paralleltest.Together(5, func(int) error {
			_, err := c.payIn.Execute(inTime(t), c.card("k", 500))
			c.forget()
			return err
		}) {
			if !errors.Is(err, idempotency.ErrUnknownKey) {
				require.NoError(t, err)
			}
		}

		c.wantBalance(500)
		c.wantConserved(fmt.Sprintf("killed at point %d", diesAt))
		if !victim.IsDead() {
			require.Greater(t, diesAt, int64(leastPoints))
			break
		}
	}
}

// payIntoAFullWallet leaves room for the money afterwards.
func (t *till) payIntoAFullWallet(fault string) {
	t.funded(domain.MaxBalance)
	if fault != "" {
		t.faulty(paymentsim.Fault{Kind: fault, Operation: paymentsim.OpVoid, Count: 1})
	}
	_, err := t.payIn.Execute(t.t.Context(), t.card("k", 500))
	require.Equal(t.t, "WALLET_FULL", errs.From(err).Reason)
	_, err = t.deduct.Execute(t.t.Context(), t.payment(1000))
	require.NoError(t.t, err)
	t.faulty(paymentsim.Fault{Kind: paymentsim.FailBefore, Operation: paymentsim.OpVoid})
}

// onlyPayment returns the user's payment, which must have this status.
func (t *till) onlyPayment(want domain.PaymentStatus) (id, key string) {
	t.t.Helper()
	var status string
	require.NoError(t.t, t.pool.QueryRow(t.t.Context(),
		"SELECT id, idempotency_key, status FROM payments WHERE user_id = $1", t.user.UserID).Scan(&id, &key, &status))
	require.Equal(t.t, string(want), status)
	return id, key
}

// forget deletes the answers that the user's bookings were given.
func (t *till) forget() {
	_, err := t.pool.Exec(t.t.Context(), "DELETE FROM processed_events WHERE scope = $1", "wallet.top_up:payment:"+t.user.UserID)
	assert.NoError(t.t, err)
}

func (t *till) balance() int64 {
	t.t.Helper()
	wallet, err := t.get.Execute(t.t.Context(), dto.GetWallet{Caller: t.user, UserID: t.user.UserID, Currency: "EUR"})
	require.NoError(t.t, err)
	return wallet.MinorUnits
}
