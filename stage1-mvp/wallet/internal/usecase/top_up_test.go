package usecase_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/paralleltest"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

func TestTopUpsAtTheSameTimeAllCount(t *testing.T) {
	t.Parallel()
	b := newBank(t)

	problems := paralleltest.Together(20, func(n int) error {
		_, err := b.topUp.Execute(t.Context(), b.deposit(fmt.Sprint(n), 5))
		return err
	})

	for _, err := range problems {
		require.NoError(t, err)
	}
	b.wantBalance(100)
}

func TestARepeatedTopUpPaysInOnce(t *testing.T) {
	t.Parallel()
	b := newBank(t)

	problems := paralleltest.Together(10, func(int) error {
		topped, err := b.topUp.Execute(t.Context(), b.deposit("k", 500))
		assert.EqualValues(t, 500, topped.Wallet.MinorUnits, "every repetition gets the first answer")
		return err
	})

	for _, err := range problems {
		require.NoError(t, err)
	}
	b.funded(1)
	again, err := b.topUp.Execute(t.Context(), b.deposit("k", 500))
	require.NoError(t, err)
	assert.True(t, again.Replayed)
	assert.EqualValues(t, 500, again.Wallet.MinorUnits)
	_, err = b.topUp.Execute(t.Context(), b.deposit("k", 501))
	assert.Equal(t, errs.Conflict, errs.CodeOf(err), "the same key with another amount")
	b.wantBalance(501)
}

func TestOnlyTheOwnerAndAdminsTouchAWallet(t *testing.T) {
	t.Parallel()
	b := newBank(t).funded(100)
	stranger := dto.Caller{UserID: uuid.NewString()}

	theirs := b.deposit("k", 1)
	theirs.Caller = stranger
	_, err := b.topUp.Execute(t.Context(), theirs)
	assert.Equal(t, errs.Forbidden, errs.CodeOf(err))
	_, err = b.get.Execute(t.Context(), dto.GetWallet{Caller: stranger, UserID: b.user.UserID, Currency: "EUR"})
	assert.Equal(t, errs.Forbidden, errs.CodeOf(err))
	_, err = b.list.Execute(t.Context(), dto.ListEntries{Caller: stranger, UserID: b.user.UserID, Currency: "EUR"})
	assert.Equal(t, errs.Forbidden, errs.CodeOf(err))
	payment := b.payment(1)
	payment.Caller = stranger
	_, err = b.deduct.Execute(t.Context(), payment)
	assert.Equal(t, errs.Forbidden, errs.CodeOf(err), "a service acts for the user whose money it takes")

	theirs.Caller.Admin = true
	_, err = b.topUp.Execute(t.Context(), theirs)
	require.NoError(t, err)
	b.wantBalance(101)
}

func TestAUserIsHimselfHoweverHeIsSpelt(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	in := b.deposit("k", 1)
	in.UserID = strings.ToUpper(in.UserID)

	_, err := b.topUp.Execute(t.Context(), in)

	require.NoError(t, err)
	b.wantBalance(1)
}

func TestATopUpIsRefused(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for name, change := range map[string]func(*dto.TopUp){
		"nothing":  func(in *dto.TopUp) { in.MinorUnits = 0 },
		"a debt":   func(in *dto.TopUp) { in.MinorUnits = -1 },
		"currency": func(in *dto.TopUp) { in.Currency = "eur" },
		"no key":   func(in *dto.TopUp) { in.IdempotencyKey = "" },
		"no user":  func(in *dto.TopUp) { in.UserID = "" },
	} {
		in := b.deposit("k", 1)
		change(&in)
		_, err := b.topUp.Execute(t.Context(), in)
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), name)
	}
	b.wantBalance(0)
}
