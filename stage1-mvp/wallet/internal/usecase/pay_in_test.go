package usecase_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/paymentsim"
	"stagecraft/stage1-mvp/platform/crashtest"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/platform/paralleltest"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

func TestDuplicatesAtTheSameTimeChargeOnceAndBookOnce(t *testing.T) {
	t.Parallel()
	b := newTill(t)

	problems := paralleltest.Together(10, func(int) error {
		paid, err := b.payIn.Execute(inTime(t), b.card("k", 500))
		assert.EqualValues(t, 500, paid.Wallet.MinorUnits, "every repetition gets the first answer")
		assert.Equal(t, "BOOKED", paid.Payment.Status)
		return err
	})

	for _, err := range problems {
		require.NoError(t, err)
	}
	b.pay(1)
	again, err := b.payIn.Execute(inTime(t), b.card("k", 500))
	require.NoError(t, err)
	assert.True(t, again.Replayed)
	assert.EqualValues(t, 500, again.Wallet.MinorUnits, "of its own time")
	b.wantBalance(501)
	b.wantConserved("duplicates")
}

func TestAKeyOfAPaymentStandsForOneRequest(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	_, err := b.payIn.Execute(inTime(t), b.card("k", 500))
	require.NoError(t, err)

	for name, change := range map[string]func(*dto.PayIn){
		"amount":   func(in *dto.PayIn) { in.MinorUnits = 501 },
		"currency": func(in *dto.PayIn) { in.Currency = "USD" },
		"card":     func(in *dto.PayIn) { in.Source = "tok_other" },
	} {
		in := b.card("k", 500)
		change(&in)
		_, err := b.payIn.Execute(inTime(t), in)
		assert.Equal(t, errs.Conflict, errs.CodeOf(err), name)
	}
	_, err = b.as(uuid.NewString()).payIn.Execute(inTime(t), b.as(uuid.NewString()).card("k", 7))
	require.NoError(t, err, "the key of somebody else")
	b.wantBalance(500)
}

// The cash desk and cards have keys of their own: money by card under a key that an admin used at the desk must still be booked.
func TestACardAndTheCashDeskDoNotShareKeys(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	in := b.deposit("k", 500)
	in.Caller.Admin = true
	_, err := b.topUp.Execute(inTime(t), in)
	require.NoError(t, err)

	paid, err := b.payIn.Execute(inTime(t), b.card("k", 500))

	require.NoError(t, err)
	assert.False(t, paid.Replayed)
	b.wantBalance(1000)
}

func TestADeclinedCardStaysDeclined(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.faulty(paymentsim.Fault{Kind: paymentsim.Decline, Count: 1})

	for range 2 {
		_, err := b.payIn.Execute(inTime(t), b.card("k", 500))
		assert.Equal(t, errs.Precondition, errs.CodeOf(err))
		assert.Equal(t, "PAYMENT_DECLINED", errs.From(err).Reason)
	}
	b.wantBalance(0)
	b.wantConserved("declined")
}

func TestAFullWalletGivesTheChargeBackAndStaysRefused(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.funded(domain.MaxBalance)

	_, err := b.payIn.Execute(inTime(t), b.card("k", 500))
	assert.Equal(t, "WALLET_FULL", errs.From(err).Reason)
	_, err = b.deduct.Execute(inTime(t), b.payment(1000))
	require.NoError(t, err)
	_, err = b.payIn.Execute(inTime(t), b.card("k", 500))

	assert.Equal(t, "WALLET_FULL", errs.From(err).Reason, "there is room by now, and the answer is an answer")
	assert.Zero(t, b.open())
	b.wantConserved("full wallet")
	b.wantBalance(domain.MaxBalance - 1000)
}

func TestAnUncertainChargeIsRepeatedWithItsKeyAndHappensOnce(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	for _, kind := range []string{paymentsim.FailBefore, paymentsim.FailAfter, paymentsim.AnswerLost, paymentsim.Delay} {
		b.faulty(paymentsim.Fault{Kind: kind, Operation: paymentsim.OpCharge, Count: 1, DelayMS: 400})
		_, err := b.hasty().payIn.Execute(inTime(t), b.card(kind, 100))
		assert.Equal(t, errs.Aborted, errs.CodeOf(err), kind)
		assert.Equal(t, "PAYMENT_UNCERTAIN", errs.From(err).Reason, kind)

		paid, err := b.payIn.Execute(inTime(t), b.card(kind, 100))
		require.NoError(t, err, kind)
		assert.False(t, paid.Replayed, "this is the first answer")
	}
	b.wantBalance(400)
	b.wantConserved("repeated")
}

func TestAnAnswerThatComesTwiceIsOne(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.faulty(paymentsim.Fault{Kind: paymentsim.Twice})

	paid := b.pay(500)
	_, err := b.backToMe.Execute(inTime(t), b.giveBack("r", paid.Payment.ID))

	require.NoError(t, err)
	b.wantBalance(0)
	b.wantConserved("answered twice")
}

// The customer pays while the scanner has just been told that there is no charge: what he paid for must not be taken back.
func TestAPaymentThatIsBookedIsNotVoided(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	b.faulty(paymentsim.Fault{Kind: paymentsim.FailBefore, Operation: paymentsim.OpCharge, Count: 1})
	_, err := b.payIn.Execute(inTime(t), b.card("k", 500))
	require.Equal(t, errs.Aborted, errs.CodeOf(err))
	scanner := b.start(&crashtest.Process{}, func(p payment.Provider) payment.Provider {
		return interrupted{p, func() {
			_, err := b.payIn.Execute(inTime(t), b.card("k", 500))
			assert.NoError(t, err)
		}}
	})

	_, err = scanner.scan.Execute(inTime(t))

	require.NoError(t, err)
	b.wantBalance(500)
	b.wantConserved("paid during the scan")
}

// interrupted lets something happen between an answer and the one who waits for it.
type interrupted struct {
	payment.Provider
	meanwhile func()
}

func (i interrupted) Find(ctx context.Context, p *domain.Payment) error {
	err := i.Provider.Find(ctx, p)
	i.meanwhile()
	return err
}

func TestAPaymentIsRefused(t *testing.T) {
	t.Parallel()
	b := newTill(t)
	for name, change := range map[string]func(*dto.PayIn){
		"nothing":     func(in *dto.PayIn) { in.MinorUnits = 0 },
		"currency":    func(in *dto.PayIn) { in.Currency = "eur" },
		"no key":      func(in *dto.PayIn) { in.IdempotencyKey = "" },
		"no user":     func(in *dto.PayIn) { in.Caller.UserID = "" },
		"card number": func(in *dto.PayIn) { in.Source = "4242 4242 4242 4242" },
		"the same":    func(in *dto.PayIn) { in.Source = "4242424242424242" },
	} {
		in := b.card("k", 1)
		change(&in)
		_, err := b.payIn.Execute(inTime(t), in)
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), name)
	}
	_, err := b.payIn.Execute(inTime(t), b.card("k", domain.MaxBalance+1))
	assert.Equal(t, "WALLET_FULL", errs.From(err).Reason, "no wallet takes as much")
	assert.Empty(t, b.sim.Charges())
}

func TestALogTellsWhatAPaymentHasComeTo(t *testing.T) {
	t.Parallel()
	b, log := newTill(t), &bytes.Buffer{}
	ctx := logging.Into(inTime(t), logging.NewTo(log, logging.Config{Level: "info"}, "wallet"))
	for range 2 {
		_, err := b.payIn.Execute(ctx, b.card("k", 500))
		require.NoError(t, err)
	}

	for _, event := range []string{"wallet.payment.created", "wallet.payment.charged", "wallet.balance.topped_up", "wallet.payment.booked"} {
		assert.Equal(t, 1, strings.Count(log.String(), `"`+event+`"`), event)
	}
}
