package usecase_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/paymentsim"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/paralleltest"
	"stagecraft/stage1-mvp/wallet/internal/domain"
)

func TestARepeatedRefundGivesBackOnce(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.pay(7)
	id := b.pay(500).Payment.ID

	for _, err := range paralleltest.Together(10, func(int) error {
		refunded, err := b.backToMe.Execute(inTime(t), b.giveBack("r", id))
		assert.Equal(t, "REFUNDED", refunded.Payment.Status)
		return err
	}) {
		require.NoError(t, err)
	}

	_, err := b.backToMe.Execute(inTime(t), b.giveBack("another", id))
	assert.Equal(t, "TOP_UP_NOT_REFUNDABLE", errs.From(err).Reason)
	again, err := b.payIn.Execute(inTime(t), b.card(uuid.NewString(), 1))
	require.NoError(t, err)
	assert.EqualValues(t, 8, again.Wallet.MinorUnits)
	b.wantBalance(8)
	b.wantConserved("refunded")
}

func TestTwoRefundsOfOneTopUpAreOne(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	id := b.pay(500).Payment.ID
	b.pay(500)

	problems := paralleltest.Together(8, func(n int) error {
		_, err := b.backToMe.Execute(inTime(t), b.giveBack(fmt.Sprint(n), id))
		return err
	})

	refunded := 0
	for _, err := range problems {
		if err == nil {
			refunded++
			continue
		}
		assert.Equal(t, errs.Precondition, errs.CodeOf(err))
	}
	assert.Equal(t, 1, refunded)
	b.wantBalance(500)
	b.wantConserved("two keys")
}

func TestSpentMoneyIsNotRefundedAndStaysRefused(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	id := b.pay(500).Payment.ID
	_, err := b.deduct.Execute(inTime(t), b.payment(1))
	require.NoError(t, err)

	_, first := b.backToMe.Execute(inTime(t), b.giveBack("r", id))
	b.funded(100)
	_, second := b.backToMe.Execute(inTime(t), b.giveBack("r", id))

	assert.Equal(t, "INSUFFICIENT_BALANCE", errs.From(first).Reason)
	assert.Equal(t, "INSUFFICIENT_BALANCE", errs.From(second).Reason)
	b.wantBalance(599)
	_, err = b.backToMe.Execute(inTime(t), b.giveBack("now", id))
	require.NoError(t, err, "a new key is a new request")
	b.wantBalance(99)
}

func TestARefundThatTheCardRefusesPutsTheMoneyBack(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	in := b.card("k", 500)
	in.Source = paymentsim.CardRefundDeclined
	paid, err := b.payIn.Execute(inTime(t), in)
	require.NoError(t, err)

	for range 2 {
		_, err = b.backToMe.Execute(inTime(t), b.giveBack("r", paid.Payment.ID))
		assert.Equal(t, "REFUND_DECLINED", errs.From(err).Reason)
	}
	b.wantBalance(500)
	assert.Equal(t, domain.PaymentBooked, b.status(paid.Payment.ID))
	_, err = b.backToMe.Execute(inTime(t), b.giveBack("again", paid.Payment.ID))
	assert.Equal(t, "REFUND_DECLINED", errs.From(err).Reason, "a second attempt, with entries of its own")
	b.wantBalance(500)
	b.wantConserved("refused")
}

// The customer repeats himself while the card is being asked, and the scanner asks too: all of them hear the same no.
func TestARefundThatTheCardRefusesIsRefusedToAllAtOnce(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.faulty(paymentsim.Fault{Kind: paymentsim.Decline, Operation: paymentsim.OpRefund})
	for round := range 5 {
		id := b.pay(500).Payment.ID
		problems := paralleltest.Together(6, func(int) error {
			_, err := b.backToMe.Execute(inTime(t), b.giveBack(fmt.Sprint("r", round), id))
			return err
		})
		for _, err := range problems {
			assert.Equal(t, "REFUND_DECLINED", errs.From(err).Reason, "%v", err)
		}
		b.wantBalance(500 * int64(round+1))
	}
	b.wantConserved("refused at once")
}

// Once the money has left the wallet it goes on to the card: taking it back now could make two of it.
func TestAnUncertainRefundGoesForward(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{paymentsim.FailBefore, paymentsim.FailAfter, paymentsim.AnswerLost} {
		b := newTill(t)
		id := b.pay(500).Payment.ID
		b.faulty(paymentsim.Fault{Kind: kind, Operation: paymentsim.OpRefund, Count: 2})

		_, err := b.backToMe.Execute(inTime(t), b.giveBack("r", id))
		assert.Equal(t, errs.Aborted, errs.CodeOf(err), kind)
		b.wantBalance(0)
		assert.Equal(t, domain.PaymentRefunding, b.status(id))
		b.settle()

		refunded, err := b.backToMe.Execute(inTime(t), b.giveBack("r", id))
		require.NoError(t, err, kind)
		assert.Equal(t, "REFUNDED", refunded.Payment.Status)
		assert.True(t, refunded.Replayed)
		b.wantBalance(0)
		b.wantConserved(kind)
	}
}

func TestOnlyTheOwnerAndAdminsSeeAndRefundATopUp(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	id := b.pay(500).Payment.ID
	stranger := b.as(uuid.NewString())

	_, err := stranger.backToMe.Execute(inTime(t), stranger.giveBack("r", id))
	assert.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, err = b.show.Execute(inTime(t), stranger.user, id)
	assert.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, err = b.show.Execute(inTime(t), b.user, uuid.NewString())
	assert.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, err = b.show.Execute(inTime(t), b.user, "mine")
	assert.Equal(t, errs.InvalidInput, errs.CodeOf(err))
	_, err = b.backToMe.Execute(inTime(t), b.giveBack("", id))
	assert.Equal(t, errs.InvalidInput, errs.CodeOf(err))

	admin := stranger.giveBack("r", id)
	admin.Caller.Admin = true
	_, err = b.backToMe.Execute(inTime(t), admin)
	require.NoError(t, err)
	other := b.pay(100).Payment.ID
	admin.PaymentID = other
	_, err = b.backToMe.Execute(inTime(t), admin)
	assert.Equal(t, errs.Conflict, errs.CodeOf(err), "the same key for another top-up")
	b.wantBalance(100)
}
