package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"shop/platform/postgres"
	"shop/wallet/internal/domain"
)

func TestZZLedgerAppend(t *testing.T) {
	s := zzlNew(t)
	zzlStores(s)
	zzlStale(s)
	zzlOnce(s)
	zzlAtomic(s)
}

func (s *zzlShop) append(failure, what string, w *domain.Wallet) {
	s.t.Helper()
	s.must(failure, what, func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error { return s.wallets.Append(ctx, w) })
	})
}

// zzlStores appends one entry, then two.
func zzlStores(s *zzlShop) {
	s.t.Helper()
	const what = "Lock of a new wallet, a top-up of 500, Append; then Lock, a deduction of 120, a top-up of 20, Append"
	user := zzlID()
	for run := range 2 {
		s.must("ordinary", what, func(ctx context.Context) error {
			return s.tx.WithTx(ctx, func(ctx context.Context) error {
				w, err := s.wallets.Lock(ctx, user, "EUR")
				if err != nil {
					return err
				}
				if run == 0 {
					err = w.TopUp(zzlEuros(500), "desk-1", zzlNoon)
				} else {
					err = errors.Join(w.Deduct(zzlEuros(120), user+"/DEDUCT", zzlNoon), w.TopUp(zzlEuros(20), "desk-2", zzlNoon))
				}
				if err != nil {
					return err
				}
				if err := s.wallets.Append(ctx, w); err != nil {
					return err
				}
				if n := len(w.Entries()); n != run+1 {
					return fmt.Errorf("after Append the wallet has %d entries, not %d: the caller publishes them as events", n, run+1)
				}
				return nil
			})
		})
	}
	expected := []string{
		"EUR 1 kind 1 amount 500 balance 500 desk-1 at 12:00:00.123456", "EUR 2 kind 2 amount -120 balance 380 " + user + "/DEDUCT at 12:00:00.123456",
		"EUR 3 kind 1 amount 20 balance 400 desk-2 at 12:00:00.123456",
	}
	if lines := s.ledger(user); !slices.Equal(lines, expected) {
		zzlFail(s.t, "ordinary", what, strings.Join(expected, "; "), strings.Join(lines, "; "), "the ledger is the truth: what it does not have has not happened")
	}
	s.whole("ordinary", what, user, 400, 3, "the row in wallets answers every question for the balance")
	s.locked("ordinary", what+"; then Lock", user, "EUR", 400, 3, "nothing else works before this does")
}

// zzlStale appends at a version that the wallet does not have.
func zzlStale(s *zzlShop) {
	s.t.Helper()
	for _, c := range []struct {
		name string
		late func(user string, w *domain.Wallet) *domain.Wallet
	}{
		{"two callers load a wallet at version 3; the first appends entry 4, then the second appends its own entry 4", func(_ string, w *domain.Wallet) *domain.Wallet {
			s.add(w, 7, "late")
			return w
		}},
		{"two callers load a wallet at version 3; the first appends entry 4, then the second appends its own entries 4 and 5", func(_ string, w *domain.Wallet) *domain.Wallet {
			s.add(w, 7, "late")
			s.add(w, 7, "late")
			return w
		}},
		{"a wallet is at version 4, and a caller appends entry 8", func(user string, _ *domain.Wallet) *domain.Wallet {
			w := domain.RestoreWallet(user, zzlEuros(500), 7)
			s.add(w, 7, "early")
			return w
		}},
	} {
		user := zzlID()
		sum := s.seed(user, "EUR", 3)
		first, second := s.get(user), s.get(user)
		s.add(first, 5, "first")
		s.append("ordinary", "Append of a wallet that was loaded and topped up", first)
		err := s.call(c.name, func(ctx context.Context) error { return s.wallets.Append(ctx, c.late(user, second)) })
		s.whole("lost-update", c.name, user, sum+5, 4, "the first caller was told that its entry is stored, and the second one decided on a balance that is gone")
		if !errors.Is(err, postgres.ErrStale) {
			zzlFail(s.t, "stale", c.name, "postgres.ErrStale", fmt.Sprintf("the error %v", err),
				"WithTx runs the whole transaction again after ErrStale: it loads the wallet and decides anew; another error reaches the client")
		}
	}
}

// zzlOnce appends a second entry for one cause.
func zzlOnce(s *zzlShop) {
	s.t.Helper()
	user := zzlID()
	sum := s.seed(user, "EUR", 3)
	payment := zzlID()
	for run := range 2 {
		w := s.get(user)
		if err := w.TopUpByCard(zzlEuros(5), payment, zzlNoon); err != nil {
			zzlFail(s.t, "ordinary", "TopUpByCard of a wallet", "no error", err.Error(), "nothing else works before this does")
		}
		if run == 0 {
			s.append("ordinary", "Append of a top-up by card", w)
			continue
		}
		const what = "Append of a second top-up for the same payment"
		err := s.call(what, func(ctx context.Context) error {
			return s.tx.WithTx(ctx, func(ctx context.Context) error { return s.wallets.Append(ctx, w) })
		})
		if !errors.Is(err, domain.ErrAlreadyBooked) {
			zzlFail(s.t, "booked", what, "domain.ErrAlreadyBooked", fmt.Sprintf("the error %v", err), "the caller has to know that the payment is in the ledger: it is done, not failed")
		}
		s.whole("booked", what, user, sum+5, 4, "one payment is booked once")
	}

	user = zzlID()
	s.seed(user, "EUR", 3)
	s.exec(`UPDATE wallets SET version = 2 WHERE user_id = $1`, user)
	w := s.get(user)
	s.add(w, 5, "late")
	const what = "Append of entry 3 to a wallet whose row says version 2, while the ledger has an entry 3"
	err := s.call(what, func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error { return s.wallets.Append(ctx, w) })
	})
	if err == nil || errors.Is(err, domain.ErrAlreadyBooked) {
		zzlFail(s.t, "not-booked", what, "an error, and not ErrAlreadyBooked", fmt.Sprintf("the error %v", err),
			"only the index ledger_entries_once speaks about causes; a caller that believes that its money is booked stops trying")
	}
}

// zzlAtomic rolls an append back.
func zzlAtomic(s *zzlShop) {
	s.t.Helper()
	const what = "Append in a transaction that is rolled back"
	refused := errors.New("refused")
	user := zzlID()
	sum := s.seed(user, "EUR", 3)
	w := s.get(user)
	s.add(w, 5, "r")
	_ = s.call(what, func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error { return errors.Join(s.wallets.Append(ctx, w), refused) })
	})
	s.whole("outside-tx", what, user, sum, 3, "the entry, the balance and the events of one use case are stored together, or not at all")
}
