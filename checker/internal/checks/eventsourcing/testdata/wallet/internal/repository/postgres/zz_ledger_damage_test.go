package postgres

import (
	"errors"
	"fmt"
	"testing"

	"shop/wallet/internal/domain"
)

func TestZZLedgerDamage(t *testing.T) {
	s := zzlNew(t)
	zzlWrongSnapshots(s)
	zzlBrokenLedgers(s)
}

// zzlWrongSnapshots has snapshots that the ledger disproves.
func zzlWrongSnapshots(s *zzlShop) {
	s.t.Helper()
	for _, c := range []struct {
		name             string
		version, balance int64
	}{
		{"whose balance is 1000 too high", 20, zzlSum(20) + 1000},
		{"whose balance is 1 too low", 20, zzlSum(20) - 1},
		{"whose balance is 1000 too high, with no entry after it", 25, zzlSum(25) + 1000},
		{"with the version before the right one", 19, zzlSum(20)},
		{"with the version after the right one", 21, zzlSum(20)},
		{"newer than the ledger, with the right balance", 26, zzlSum(25)},
		{"far newer than the ledger", 1000, 5000},
	} {
		user := zzlID()
		sum := s.seed(user, "EUR", 25)
		s.snapshot(user, "EUR", c.version, c.balance)
		what := fmt.Sprintf("Lock of a wallet of 25 entries that has a snapshot at version %d %s", c.version, c.name)
		w, err := s.lock(user, "EUR")
		expected := fmt.Sprintf("balance %d at version 25", sum)
		if err != nil {
			zzlFail(s.t, "snapshot-refused", what, expected+", as the ledger says", fmt.Sprintf("the error %q", err),
				"a snapshot is a copy: when it is wrong the ledger still has the answer, and the customer can buy")
		}
		if seen := zzlWallet(w); seen != expected {
			zzlFail(s.t, "snapshot-used", what, expected+", as the ledger says", seen, "a snapshot of a faulty release would be spent as money, for ever")
		}
		if after := s.stored("wallet_snapshots", user, "EUR"); after.balance != sum || after.version != 25 {
			zzlFail(s.t, "snapshot-kept", what, fmt.Sprintf("it is replaced: balance %d at version 25", sum), after.String(),
				"a wrong snapshot that stays makes each later purchase read the whole ledger")
		}
	}
}

// zzlBrokenLedgers has ledgers that no longer explain a balance.
func zzlBrokenLedgers(s *zzlShop) {
	s.t.Helper()
	for _, c := range []struct {
		failure, name, damage string
		snapshot              int64
	}{
		{"missing-entry", "entry 7 is missing", `DELETE FROM ledger_entries WHERE user_id = $1 AND seq = 7`, 0},
		{"missing-entry", "entry 1 is missing", `DELETE FROM ledger_entries WHERE user_id = $1 AND seq = 1`, 0},
		{"missing-entry", "there is a snapshot at version 20, and entry 22 is missing", `DELETE FROM ledger_entries WHERE user_id = $1 AND seq = 22`, 20},
		{"missing-entry", "there is a snapshot at version 20, and entry 20 and entry 7 are missing", `DELETE FROM ledger_entries WHERE user_id = $1 AND seq IN (7, 20)`, 20},
		{"missing-last", "the last entry is missing, while the row in wallets is at version 25", `DELETE FROM ledger_entries WHERE user_id = $1 AND seq = 25`, 0},
		{"missing-last", "the last entry is missing, while the row in wallets and the snapshot are at version 25", `DELETE FROM ledger_entries WHERE user_id = $1 AND seq = 25`, 25},
		{"missing-last", "all entries are missing, while the row in wallets is at version 25", `DELETE FROM ledger_entries WHERE user_id = $1`, 0},
		{"missing-last", "the row in wallets is at version 24", `UPDATE wallets SET version = 24 WHERE user_id = $1`, 0},
		{"wrong-sum", "the amount of entry 7 was changed", `UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE user_id = $1 AND seq = 7`, 0},
		{"wrong-sum", "the balance of the last entry was changed", `UPDATE ledger_entries SET balance_minor = balance_minor + 1 WHERE user_id = $1 AND seq = 25`, 20},
	} {
		user := zzlID()
		s.seed(user, "EUR", 25)
		if c.snapshot > 0 {
			s.snapshot(user, "EUR", c.snapshot, zzlSum(int(c.snapshot)))
		}
		before := s.stored("wallet_snapshots", user, "EUR")
		s.exec(c.damage, user)
		what := "Lock of a wallet of 25 entries: " + c.name
		w, err := s.lock(user, "EUR")
		if !errors.Is(err, domain.ErrBrokenLedger) {
			seen := fmt.Sprintf("the error %v", err)
			if err == nil {
				seen = zzlWallet(w)
			}
			zzlFail(s.t, c.failure, what, "domain.ErrBrokenLedger", seen, "an entry appended to a broken ledger hides where the money went; a refused purchase is looked into")
		}
		if after := s.stored("wallet_snapshots", user, "EUR"); after != before {
			zzlFail(s.t, "snapshot-of-broken", what, "the snapshot: "+before.String()+", not written", after.String(), "a snapshot would make the broken part look checked")
		}
	}
}
