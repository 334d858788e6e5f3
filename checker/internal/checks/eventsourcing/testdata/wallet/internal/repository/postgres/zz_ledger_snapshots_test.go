package postgres

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestZZLedgerSnapshots(t *testing.T) {
	s := zzlNew(t)
	zzlSaves(s)
	zzlReadsOn(s)
	zzlLong(s)
	zzlOfOneWallet(s)
}

// zzlSaves looks when Lock stores a snapshot. SnapshotEvery is 10.
func zzlSaves(s *zzlShop) {
	s.t.Helper()
	for _, c := range []struct {
		entries, old, expected int
		failure                string
	}{
		{9, 0, 0, "early"},
		{10, 0, 10, "saved"},
		{11, 0, 11, "saved"},
		{19, 10, 10, "early"},
		{20, 10, 20, "saved"},
		{25, 25, 25, "early"},
	} {
		user := zzlID()
		sum := s.seed(user, "EUR", c.entries)
		what := fmt.Sprintf("Lock of a wallet of %d entries without a snapshot; SnapshotEvery is 10", c.entries)
		if c.old > 0 {
			what = fmt.Sprintf("Lock of a wallet of %d entries with a snapshot at version %d; SnapshotEvery is 10", c.entries, c.old)
			s.snapshot(user, "EUR", int64(c.old), zzlSum(c.old))
		}
		before := s.stored("wallet_snapshots", user, "EUR")
		s.locked("ordinary", what, user, "EUR", sum, int64(c.entries), "nothing else works before this does")
		after := s.stored("wallet_snapshots", user, "EUR")
		switch {
		case c.expected == c.old && after != before:
			zzlFail(s.t, "early", what, "the snapshot: "+before.String()+", not written again", "it was written: "+after.String(),
				"a snapshot for each purchase is a second write for each purchase; it is worth one in SnapshotEvery")
		case c.expected != c.old && (after.version != int64(c.expected) || after.balance != zzlSum(c.expected)):
			zzlFail(s.t, c.failure, what, fmt.Sprintf("a snapshot: balance %d at version %d", zzlSum(c.expected), c.expected), after.String(),
				"without a new snapshot each purchase of a good customer reads more entries than the one before")
		}
	}

	const what = "Lock of a wallet of 10 entries in a transaction that is rolled back"
	user := zzlID()
	s.seed(user, "EUR", 10)
	_ = s.call(what, func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error {
			_, err := s.wallets.Lock(ctx, user, "EUR")
			return errors.Join(err, errors.New("refused"))
		})
	})
	if after := s.stored("wallet_snapshots", user, "EUR"); after.writer != "" {
		zzlFail(s.t, "outside-tx", what, "no snapshot", after.String(), "a repository works in the transaction of its context, on its connection, with all that it writes")
	}
}

// zzlReadsOn has a ledger whose old entries are no longer there.
func zzlReadsOn(s *zzlShop) {
	s.t.Helper()
	for _, last := range []int64{20, 25} {
		user := zzlID()
		sum := s.seed(user, "EUR", 25)
		s.snapshot(user, "EUR", last, zzlSum(int(last)))
		s.exec(`DELETE FROM ledger_entries WHERE user_id = $1 AND seq < $2`, user, last)
		s.locked("reads-all", fmt.Sprintf("Lock of a wallet of 25 entries with a right snapshot at version %d; the entries before %d were moved to an archive", last, last),
			user, "EUR", sum, 25, "a snapshot is there so that the entries before it need not be read")
	}
}

// zzlLong has more entries than a page.
func zzlLong(s *zzlShop) {
	s.t.Helper()
	for _, c := range []struct{ entries, snapshot int }{{foldPage, 0}, {foldPage + 1, 0}, {2 * foldPage, 1}, {2*foldPage + 10, foldPage}} {
		user := zzlID()
		sum := s.seed(user, "EUR", c.entries)
		if c.snapshot > 0 {
			s.snapshot(user, "EUR", int64(c.snapshot), zzlSum(c.snapshot))
		}
		what := fmt.Sprintf("Lock of a wallet of %d entries with a snapshot at version %d (0: none)", c.entries, c.snapshot)
		s.locked("pages", what, user, "EUR", sum, int64(c.entries), "entriesFrom returns at most foldPage entries: the ledger goes on after them")
		if after := s.stored("wallet_snapshots", user, "EUR"); after.balance != sum || after.version != int64(c.entries) {
			zzlFail(s.t, "saved", what, fmt.Sprintf("a snapshot: balance %d at version %d", sum, c.entries), after.String(), "the fold of the whole ledger is worth keeping")
		}
	}
}

// zzlOfOneWallet has two wallets of one user.
func zzlOfOneWallet(s *zzlShop) {
	s.t.Helper()
	user := zzlID()
	euros, dollars := s.seed(user, "EUR", 15), s.seed(user, "USD", 12)
	const what, why = "Lock of a user's wallet in EUR with 15 entries, and of the one in USD with 12", "each currency of a user is a wallet and a ledger of its own"
	for range 2 {
		s.locked("other-wallet", what, user, "EUR", euros, 15, why)
		s.locked("other-wallet", what, user, "USD", dollars, 12, why)
	}
}
