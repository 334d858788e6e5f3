package usecase_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/wallet/internal/usecase/dto"
)

func TestListEntries_ShowsEveryEntryOnceNewestFirst(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for amount := range int64(7) {
		f.funded(amount + 1)
	}

	var amounts []int64
	in := dto.ListEntries{Caller: f.user, UserID: f.user.UserID, Currency: "EUR", Size: 2}
	for {
		page, err := f.list.Execute(t.Context(), in)
		require.NoError(t, err)
		for _, entry := range page.Entries {
			amounts = append(amounts, entry.MinorUnits)
		}
		if page.Next == "" {
			break
		}
		in.Cursor = page.Next
	}

	assert.Equal(t, []int64{7, 6, 5, 4, 3, 2, 1}, amounts)
}

func TestListEntries_CursorOfAnotherList_IsInvalidInput(t *testing.T) {
	t.Parallel()
	f := newFixture(t).funded(1).funded(2)
	in := dto.ListEntries{Caller: f.user, UserID: f.user.UserID, Currency: "EUR", Size: 1}
	page, err := f.list.Execute(t.Context(), in)
	require.NoError(t, err)
	require.NotEmpty(t, page.Next)

	other := dto.Caller{UserID: uuid.NewString()}
	for name, wrong := range map[string]dto.ListEntries{
		"another currency": {Caller: f.user, UserID: f.user.UserID, Currency: "USD", Cursor: page.Next},
		"another user":     {Caller: other, UserID: other.UserID, Currency: "EUR", Cursor: page.Next},
		"changed":          {Caller: f.user, UserID: f.user.UserID, Currency: "EUR", Cursor: "A" + page.Next[1:] + "A"},
	} {
		_, err := f.list.Execute(t.Context(), wrong)
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), name)
	}
}
