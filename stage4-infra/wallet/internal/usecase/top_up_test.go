package usecase_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/paralleltest"
	"shop/wallet/internal/usecase/dto"
)

func TestTopUp_Concurrent_AllAreBooked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)

	problems := paralleltest.Together(20, func(n int) error {
		_, err := f.topUp.Execute(t.Context(), f.deposit(fmt.Sprint(n), 5))
		return err
	})

	for _, err := range problems {
		require.NoError(t, err)
	}
	f.wantBalance(100)
}

func TestTopUp_Repeated_IsBookedOnceAndReturnsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)

	problems := paralleltest.Together(10, func(int) error {
		topped, err := f.topUp.Execute(t.Context(), f.deposit("k", 500))
		assert.EqualValues(t, 500, topped.Wallet.MinorUnits, "every repetition gets the first answer")
		return err
	})

	for _, err := range problems {
		require.NoError(t, err)
	}
	f.funded(1)
	again, err := f.topUp.Execute(t.Context(), f.deposit("k", 500))
	require.NoError(t, err)
	assert.True(t, again.Replayed)
	assert.EqualValues(t, 500, again.Wallet.MinorUnits)
	_, err = f.topUp.Execute(t.Context(), f.deposit("k", 501))
	assert.Equal(t, errs.Conflict, errs.CodeOf(err), "the same key with another amount")
	f.wantBalance(501)
}

func TestWallet_OtherUser_IsForbidden(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(100)
	stranger := dto.Caller{UserID: uuid.NewString()}

	foreign := f.deposit("k", 1)
	foreign.Caller = stranger
	_, err := f.topUp.Execute(t.Context(), foreign)
	assert.Equal(t, errs.Forbidden, errs.CodeOf(err))
	_, err = f.get.Execute(t.Context(), dto.GetWallet{Caller: stranger, UserID: f.user.UserID, Currency: "EUR"})
	assert.Equal(t, errs.Forbidden, errs.CodeOf(err))
	_, err = f.list.Execute(t.Context(), dto.ListEntries{Caller: stranger, UserID: f.user.UserID, Currency: "EUR"})
	assert.Equal(t, errs.Forbidden, errs.CodeOf(err))
	payment := f.purchase(1)
	payment.Caller = stranger
	_, err = f.deduct.Execute(t.Context(), payment)
	assert.Equal(t, errs.Forbidden, errs.CodeOf(err), "a service must act for the owner of the wallet")

	foreign.Caller.Admin = true
	_, err = f.topUp.Execute(t.Context(), foreign)
	require.NoError(t, err)
	f.wantBalance(101)
}

func TestTopUp_UserIDInUpperCase_IsTheSameUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	in := f.deposit("k", 1)
	in.UserID = strings.ToUpper(in.UserID)

	_, err := f.topUp.Execute(t.Context(), in)

	require.NoError(t, err)
	f.wantBalance(1)
}

func TestTopUp_InvalidInput(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, change := range map[string]func(*dto.TopUp){
		"nothing":  func(in *dto.TopUp) { in.MinorUnits = 0 },
		"a debt":   func(in *dto.TopUp) { in.MinorUnits = -1 },
		"currency": func(in *dto.TopUp) { in.Currency = "eur" },
		"no key":   func(in *dto.TopUp) { in.IdempotencyKey = "" },
		"no user":  func(in *dto.TopUp) { in.UserID = "" },
	} {
		in := f.deposit("k", 1)
		change(&in)
		_, err := f.topUp.Execute(t.Context(), in)
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), name)
	}
	f.wantBalance(0)
}
