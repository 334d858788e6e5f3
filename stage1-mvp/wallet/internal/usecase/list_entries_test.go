package usecase_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

func TestPagesShowEveryEntryOnceNewestFirst(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for amount := range int64(7) {
		b.funded(amount + 1)
	}
	// Rows of the same moment are where a cursor that knows only the time loses or repeats some.
	_, err := b.pool.Exec(t.Context(), "UPDATE ledger_entries SET created_at = date_trunc('hour', created_at) WHERE seq > 2")
	require.NoError(t, err)

	var amounts []int64
	var times []time.Time
	in := dto.ListEntries{Caller: b.user, UserID: b.user.UserID, Currency: "EUR", Size: 2}
	for {
		page, err := b.list.Execute(t.Context(), in)
		require.NoError(t, err)
		for _, entry := range page.Entries {
			amounts, times = append(amounts, entry.MinorUnits), append(times, entry.CreatedAt)
		}
		if page.Next == "" {
			break
		}
		in.Cursor = page.Next
	}

	assert.ElementsMatch(t, []int64{1, 2, 3, 4, 5, 6, 7}, amounts)
	assert.True(t, slices.IsSortedFunc(times, func(a, b time.Time) int { return b.Compare(a) }), "newest first: %v", times)
}

func TestACursorIsGoodForItsOwnListOnly(t *testing.T) {
	t.Parallel()
	b := newBank(t).funded(1).funded(2)
	in := dto.ListEntries{Caller: b.user, UserID: b.user.UserID, Currency: "EUR", Size: 1}
	page, err := b.list.Execute(t.Context(), in)
	require.NoError(t, err)
	require.NotEmpty(t, page.Next)

	other := dto.Caller{UserID: uuid.NewString()}
	for name, wrong := range map[string]dto.ListEntries{
		"another currency": {Caller: b.user, UserID: b.user.UserID, Currency: "USD", Cursor: page.Next},
		"another user":     {Caller: other, UserID: other.UserID, Currency: "EUR", Cursor: page.Next},
		"changed":          {Caller: b.user, UserID: b.user.UserID, Currency: "EUR", Cursor: "A" + page.Next[1:] + "A"},
	} {
		_, err := b.list.Execute(t.Context(), wrong)
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), name)
	}
}

func TestSnapshotsShortenTheFold(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for range 7 {
		b.funded(10)
	}
	rows, err := b.pool.Query(t.Context(), "SELECT seq, balance_minor FROM ledger_snapshots ORDER BY seq")
	require.NoError(t, err)
	var snapshots [][2]int64
	for rows.Next() {
		var s [2]int64
		require.NoError(t, rows.Scan(&s[0], &s[1]))
		snapshots = append(snapshots, s)
	}
	require.NoError(t, rows.Err())
	assert.Equal(t, [][2]int64{{3, 30}, {6, 60}}, snapshots)

	// Without its first entries the ledger can only be folded from a snapshot.
	_, err = b.pool.Exec(t.Context(), "DELETE FROM ledger_entries WHERE seq <= 6")
	require.NoError(t, err)
	wallet, err := b.get.Execute(t.Context(), dto.GetWallet{Caller: b.user, UserID: b.user.UserID, Currency: "EUR"})
	require.NoError(t, err)
	assert.EqualValues(t, 70, wallet.MinorUnits)
}
