package usecase_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/paymentsim"
	"shop/platform/crashtest"
	"shop/platform/errs"
	"shop/platform/logging"
	"shop/platform/paralleltest"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/service/payment"
	"shop/wallet/internal/usecase/dto"
)

func TestPayIn_ConcurrentDuplicates_ChargeAndBookOnce(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)

	problems := paralleltest.Together(10, func(int) error {
		paid, err := f.payIn.Execute(withTimeout(t), f.card("k", 500))
		assert.EqualValues(t, 500, paid.Wallet.MinorUnits, "every repetition gets the first answer")
		assert.Equal(t, "BOOKED", paid.Payment.Status)
		return err
	})

	for _, err := range problems {
		require.NoError(t, err)
	}
	f.mustPay(1)
	again, err := f.payIn.Execute(withTimeout(t), f.card("k", 500))
	require.NoError(t, err)
	assert.True(t, again.Replayed)
	assert.EqualValues(t, 500, again.Wallet.MinorUnits, "the balance at the time of the first answer")
	f.wantBalance(501)
	f.wantConserved("duplicates")
}

func TestPayIn_OtherContentUnderTheSameKey_IsConflict(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	_, err := f.payIn.Execute(withTimeout(t), f.card("k", 500))
	require.NoError(t, err)

	for name, change := range map[string]func(*dto.PayIn){
		"amount":   func(in *dto.PayIn) { in.MinorUnits = 501 },
		"currency": func(in *dto.PayIn) { in.Currency = "USD" },
		"card":     func(in *dto.PayIn) { in.Source = "tok_other" },
	} {
		in := f.card("k", 500)
		change(&in)
		_, err := f.payIn.Execute(withTimeout(t), in)
		assert.Equal(t, errs.Conflict, errs.CodeOf(err), name)
	}
	_, err = f.as(uuid.NewString()).payIn.Execute(withTimeout(t), f.as(uuid.NewString()).card("k", 7))
	require.NoError(t, err, "a key of another customer")
	f.wantBalance(500)
}

// A card payment under a key that an admin used at the cash desk must still be booked.
func TestPayIn_KeyUsedAtTheCashDesk_IsBooked(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	in := f.deposit("k", 500)
	in.Caller.Admin = true
	_, err := f.topUp.Execute(withTimeout(t), in)
	require.NoError(t, err)

	paid, err := f.payIn.Execute(withTimeout(t), f.card("k", 500))

	require.NoError(t, err)
	assert.False(t, paid.Replayed)
	f.wantBalance(1000)
}

func TestPayIn_DeclinedCard_StaysDeclined(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	f.faulty(paymentsim.Fault{Kind: paymentsim.Decline, Count: 1})

	for range 2 {
		_, err := f.payIn.Execute(withTimeout(t), f.card("k", 500))
		assert.Equal(t, errs.Precondition, errs.CodeOf(err))
		assert.Equal(t, "PAYMENT_DECLINED", errs.From(err).Reason)
	}
	f.wantBalance(0)
	f.wantConserved("declined")
}

func TestPayIn_FullWallet_VoidsTheChargeAndStaysRefused(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	f.funded(domain.MaxBalance)

	_, err := f.payIn.Execute(withTimeout(t), f.card("k", 500))
	assert.Equal(t, "WALLET_FULL", errs.From(err).Reason)
	_, err = f.deduct.Execute(withTimeout(t), f.purchase(1000))
	require.NoError(t, err)
	_, err = f.payIn.Execute(withTimeout(t), f.card("k", 500))

	assert.Equal(t, "WALLET_FULL", errs.From(err).Reason, "the refusal is the answer to this key, whatever room there is now")
	assert.Zero(t, f.unsettled())
	f.wantConserved("full wallet")
	f.wantBalance(domain.MaxBalance - 1000)
}

func TestPayIn_UncertainCharge_RepeatedWithItsKey_HappensOnce(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	for _, kind := range []string{paymentsim.FailBefore, paymentsim.FailAfter, paymentsim.AnswerLost, paymentsim.Delay} {
		f.faulty(paymentsim.Fault{Kind: kind, Operation: paymentsim.OpCharge, Count: 1, DelayMS: 400})
		_, err := f.impatient().payIn.Execute(withTimeout(t), f.card(kind, 100))
		assert.Equal(t, errs.Aborted, errs.CodeOf(err), kind)
		assert.Equal(t, "PAYMENT_UNCERTAIN", errs.From(err).Reason, kind)

		paid, err := f.payIn.Execute(withTimeout(t), f.card(kind, 100))
		require.NoError(t, err, kind)
		assert.False(t, paid.Replayed, "this is the first answer")
	}
	f.wantBalance(400)
	f.wantConserved("repeated")
}

func TestPayIn_ChargeArrivesTwice_ChargesOnce(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	f.faulty(paymentsim.Fault{Kind: paymentsim.Twice})

	f.mustPay(500)

	f.wantBalance(500)
	f.wantConserved("answered twice")
}

// The customer pays after the provider has reported to the scanner that there is no charge: the payment must not be voided.
func TestScan_PaymentBookedMeanwhile_IsNotVoided(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	f.faulty(chargeFault(paymentsim.FailBefore))
	_, err := f.payIn.Execute(withTimeout(t), f.card("k", 500))
	require.Equal(t, errs.Aborted, errs.CodeOf(err))
	scanner := f.start(&crashtest.Process{}, func(p payment.Provider) payment.Provider {
		return interrupted{p, func() {
			_, err := f.payIn.Execute(withTimeout(t), f.card("k", 500))
			assert.NoError(t, err)
		}}
	})

	_, err = scanner.scan.Execute(withTimeout(t))

	require.NoError(t, err)
	f.wantBalance(500)
	f.wantConserved("paid during the scan")
}

// interrupted runs a function between the answer of Find and its caller.
type interrupted struct {
	payment.Provider
	meanwhile func()
}

func (i interrupted) Find(ctx context.Context, p *domain.Payment) error {
	err := i.Provider.Find(ctx, p)
	i.meanwhile()
	return err
}

func TestPayIn_InvalidInput(t *testing.T) {
	t.Parallel()
	f := newPaymentFixture(t)
	for name, change := range map[string]func(*dto.PayIn){
		"nothing":     func(in *dto.PayIn) { in.MinorUnits = 0 },
		"currency":    func(in *dto.PayIn) { in.Currency = "eur" },
		"no key":      func(in *dto.PayIn) { in.IdempotencyKey = "" },
		"no user":     func(in *dto.PayIn) { in.Caller.UserID = "" },
		"card number": func(in *dto.PayIn) { in.Source = "4242 4242 4242 4242" },
		"only digits": func(in *dto.PayIn) { in.Source = "4242424242424242" },
	} {
		in := f.card("k", 1)
		change(&in)
		_, err := f.payIn.Execute(withTimeout(t), in)
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), name)
	}
	_, err := f.payIn.Execute(withTimeout(t), f.card("k", domain.MaxBalance+1))
	assert.Equal(t, "WALLET_FULL", errs.From(err).Reason, "larger than any wallet")
	assert.Empty(t, f.sim.Charges())
}

func TestPayIn_LogsEachEventOnce(t *testing.T) {
	t.Parallel()
	f, log := newPaymentFixture(t), &bytes.Buffer{}
	ctx := logging.Into(withTimeout(t), logging.NewTo(log, logging.Config{Level: "info"}, "wallet"))
	for range 2 {
		_, err := f.payIn.Execute(ctx, f.card("k", 500))
		require.NoError(t, err)
	}

	for _, event := range []string{"wallet.payment.created", "wallet.payment.charged", "wallet.balance.topped_up_by_card", "wallet.payment.booked"} {
		assert.Equal(t, 1, strings.Count(log.String(), `"`+event+`"`), event)
	}
}
