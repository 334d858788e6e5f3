package postgres

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"shop/wallet/internal/domain"
)

func TestZZLedgerFold(t *testing.T) {
	entries := zzlRecords(t)
	zzlFolds(t, entries)
	zzlBroken(t, entries)
	zzlLimits(t)
}

func zzlLine(e domain.Entry) string {
	return fmt.Sprintf("%d: kind %d, amount %s, balance %s, reference %s, of %s, at %s", e.Sequence, e.Kind, e.Amount, e.Balance, e.Reference, e.UserID,
		e.OccurredAt.Format(time.TimeOnly))
}

// zzlRecords changes a wallet in each way, and returns its entries.
func zzlRecords(t *testing.T) []domain.Entry {
	t.Helper()
	const what = "a new wallet after a top-up of 500, a deduction of 120, its refund and a top-up by card of 30"
	const why = "the ledger is the truth: what it does not have has not happened"
	user := zzlID()
	w, err := domain.NewWallet(user, "EUR")
	if err != nil {
		t.Skipf("a new wallet: %v", err)
	}
	later := zzlNoon.Add(time.Minute)
	deduction := domain.RestoreEntry(user, 2, domain.KindDeduct, zzlEuros(-120), zzlEuros(380), "saga/DEDUCT", later)
	for _, err := range []error{
		w.TopUp(zzlEuros(500), "desk", zzlNoon), w.Deduct(zzlEuros(120), "saga/DEDUCT", later), w.Refund(deduction, later), w.TopUpByCard(zzlEuros(30), "payment", later),
	} {
		if err != nil {
			zzlFail(t, "record", what, "no error", err.Error(), why)
		}
	}
	if seen := zzlWallet(w); seen != "balance 530 at version 4" {
		zzlFail(t, "record", what, "balance 530 at version 4", seen, why)
	}
	expected := []domain.Entry{
		domain.RestoreEntry(user, 1, domain.KindTopUp, zzlEuros(500), zzlEuros(500), "desk", zzlNoon), deduction,
		domain.RestoreEntry(user, 3, domain.KindRefund, zzlEuros(120), zzlEuros(500), "saga/DEDUCT", later),
		domain.RestoreEntry(user, 4, domain.KindCardTopUp, zzlEuros(30), zzlEuros(530), "payment", later),
	}
	entries := w.Entries()
	if len(entries) != len(expected) {
		zzlFail(t, "record", what, "4 entries", fmt.Sprintf("%d entries", len(entries)), why)
	}
	for i := range expected {
		if seen := zzlLine(entries[i]); seen != zzlLine(expected[i]) {
			zzlFail(t, "record", what, zzlLine(expected[i]), seen, why)
		}
	}
	return entries
}

// zzlFolds folds good entries, whole and in pages.
func zzlFolds(t *testing.T, entries []domain.Entry) {
	t.Helper()
	for from := range len(entries) {
		what := fmt.Sprintf("Fold of all 4 entries of a wallet: the first %d, then the others", from)
		w, err := domain.NewWallet(entries[0].UserID, "EUR")
		if err != nil {
			t.Skipf("a new wallet: %v", err)
		}
		err = errors.Join(w.Fold(entries[:from]), w.Fold(entries[from:]))
		if err != nil || zzlWallet(w) != "balance 530 at version 4" {
			zzlFail(t, "fold", what, "balance 530 at version 4", fmt.Sprintf("%s, the error %v", zzlWallet(w), err), "the balance is the sum of the entries, each of them once")
		}
		if n := len(w.Entries()); n > 0 {
			zzlFail(t, "fold-records", what, "Entries() is empty", fmt.Sprintf("%d entries", n),
				"these entries are stored already: Append would store them a second time, and their events would be published again")
		}
	}
	w := domain.RestoreWallet(entries[0].UserID, entries[1].Balance, 2)
	if err := w.Fold(entries[2:]); err != nil || zzlWallet(w) != "balance 530 at version 4" {
		zzlFail(t, "fold", "Fold of the entries 3 and 4, on a wallet that was restored at version 2", "balance 530 at version 4",
			fmt.Sprintf("%s, the error %v", zzlWallet(w), err), "a snapshot is a wallet like any other: the fold goes on from there")
	}
}

// zzlBroken folds what is no ledger.
func zzlBroken(t *testing.T, entries []domain.Entry) {
	t.Helper()
	at := func(sequence, amount, balance int64) domain.Entry {
		return domain.RestoreEntry(entries[0].UserID, sequence, domain.KindTopUp, zzlEuros(amount), zzlEuros(balance), "r", zzlNoon)
	}
	for _, c := range []struct {
		failure, name string
		entries       []domain.Entry
	}{
		{"gap", "the entries 1, 3 and 4: entry 2 is missing", []domain.Entry{entries[0], entries[2], entries[3]}},
		{"gap", "the entries 1 and 3, whose balances fit together", []domain.Entry{at(1, 5, 5), at(3, 5, 10)}},
		{"gap", "the entry 2 alone, with the right balance", []domain.Entry{at(2, 5, 5)}},
		{"gap", "entry 1 twice, with balances that fit together", []domain.Entry{at(1, 5, 5), at(1, 5, 10)}},
		{"gap", "the entries 2 and 1, with balances that fit together", []domain.Entry{at(2, 5, 5), at(1, 5, 10)}},
		{"sum", "an entry whose balance is 1 too high", []domain.Entry{at(1, 5, 6)}},
		{"sum", "a second entry whose amount was changed", []domain.Entry{at(1, 5, 5), at(2, 6, 10)}},
		{"sum", "two entries, of which the first has another balance than the sum", []domain.Entry{at(1, 5, 7), at(2, 5, 10)}},
	} {
		w, err := domain.NewWallet(entries[0].UserID, "EUR")
		if err != nil {
			t.Skipf("a new wallet: %v", err)
		}
		if err := w.Fold(c.entries); !errors.Is(err, domain.ErrBrokenLedger) {
			zzlFail(t, c.failure, "Fold of "+c.name, "ErrBrokenLedger", fmt.Sprintf("the error %v, and %s", err, zzlWallet(w)),
				"a balance that no complete ledger explains must not be spent, and its owner must learn of it")
		}
	}
}

// zzlLimits has sums that do not exist.
func zzlLimits(t *testing.T) {
	t.Helper()
	const why = "a sum that wraps around or mixes currencies is not a balance"
	user := zzlID()
	full := func() *domain.Wallet { return domain.RestoreWallet(user, zzlEuros(math.MaxInt64-10), 1) }
	dollars, err := domain.NewMoney(5, "USD")
	if err != nil {
		t.Skipf("dollars: %v", err)
	}
	w := full()
	if err := w.Fold([]domain.Entry{domain.RestoreEntry(user, 2, domain.KindTopUp, zzlEuros(11), zzlEuros(math.MinInt64), "r", zzlNoon)}); !errors.Is(err, domain.ErrAmountOverflow) {
		zzlFail(t, "limits", "Fold of an entry whose sum is beyond int64", "ErrAmountOverflow", fmt.Sprint(err), why)
	}
	w = full()
	if err := w.Fold([]domain.Entry{domain.RestoreEntry(user, 2, domain.KindTopUp, dollars, dollars, "r", zzlNoon)}); !errors.Is(err, domain.ErrCurrencyMismatch) {
		zzlFail(t, "limits", "Fold of an entry in dollars on a wallet in euros", "ErrCurrencyMismatch", fmt.Sprint(err), why)
	}
	w = full()
	before := zzlWallet(w)
	err = w.Refund(domain.RestoreEntry(user, 1, domain.KindDeduct, zzlEuros(-11), zzlEuros(0), "r", zzlNoon), zzlNoon)
	if !errors.Is(err, domain.ErrAmountOverflow) || zzlWallet(w) != before || len(w.Entries()) > 0 {
		zzlFail(t, "limits", "a refund whose sum is beyond int64", "ErrAmountOverflow, and a wallet that has not changed",
			fmt.Sprintf("the error %v, %s, %d entries", err, zzlWallet(w), len(w.Entries())), why)
	}
}
