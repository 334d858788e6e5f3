package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"shop/platform/errs"
	"shop/platform/postgres"
	"shop/wallet/internal/domain"
)

func TestZZLedgerWriters(t *testing.T) {
	s := zzlNew(t)
	zzlSecondAppend(s)
	zzlSecondLock(s)
	zzlDeductions(s)
	zzlOptimists(s)
}

// meanwhile runs first in a transaction that is not committed before second waits for a lock or has returned.
func (s *zzlShop) meanwhile(what string, first, second func(ctx context.Context) error) (err error, early bool) {
	s.t.Helper()
	done := make(chan struct{})
	var result error
	s.must("ordinary", what, func(ctx context.Context) error {
		return s.tx.WithTx(ctx, func(ctx context.Context) error {
			if err := first(ctx); err != nil {
				return err
			}
			go func() {
				defer close(done)
				result = s.call(what, second)
			}()
			s.blocked(done)
			select {
			case <-done:
				early = true
			default:
			}
			return nil
		})
	})
	<-done
	return result, early
}

// zzlSecondAppend appends while another transaction, which is not committed, has appended.
func zzlSecondAppend(s *zzlShop) {
	s.t.Helper()
	const what = "two callers load a wallet at version 3; while the transaction of the first one's Append is not committed, the second one appends"
	user := zzlID()
	sum := s.seed(user, "EUR", 3)
	first, second := s.get(user), s.get(user)
	s.add(first, 5, "first")
	s.add(second, 7, "second")
	err, _ := s.meanwhile(what, func(ctx context.Context) error { return s.wallets.Append(ctx, first) },
		func(ctx context.Context) error { return s.wallets.Append(ctx, second) })
	s.whole("lost-update", what, user, sum+5, 4, "one of the two wins; nothing of the other one is stored")
	if !errors.Is(err, postgres.ErrStale) {
		zzlFail(s.t, "stale", what, "postgres.ErrStale for the second", fmt.Sprintf("the error %v", err),
			"WithTx runs the whole transaction again after ErrStale; another error reaches the client")
	}
}

// zzlSecondLock locks while another transaction, which is not committed, has locked and appended.
func zzlSecondLock(s *zzlShop) {
	s.t.Helper()
	for _, entries := range []int{0, 3, 9} {
		what := fmt.Sprintf("Lock of a wallet of %d entries, while the transaction of another caller's Lock and Append is not committed", entries)
		user := zzlID()
		var sum int64
		if entries > 0 {
			sum = s.seed(user, "EUR", entries)
		}
		var seen string
		err, early := s.meanwhile(what, func(ctx context.Context) error {
			w, err := s.wallets.Lock(ctx, user, "EUR")
			if err != nil {
				return err
			}
			return errors.Join(w.TopUp(zzlEuros(5), "first", zzlNoon), s.wallets.Append(ctx, w))
		}, func(ctx context.Context) error {
			return s.tx.WithTx(ctx, func(ctx context.Context) error {
				w, err := s.wallets.Lock(ctx, user, "EUR")
				if err == nil {
					seen = zzlWallet(w)
				}
				return err
			})
		})
		if early {
			zzlFail(s.t, "no-lock", what, "it waits for the end of that transaction", fmt.Sprintf("it returned %s, the error %v", seen, err),
				"a caller that decides on a balance that is about to change is stale when it appends; on a busy wallet most writers would have to run again")
		}
		if expected := fmt.Sprintf("balance %d at version %d", sum+5, entries+1); err != nil || seen != expected {
			zzlFail(s.t, "old-balance", what, expected+" after the commit", fmt.Sprintf("%s, the error %v", seen, err), "it has waited for the newest entry, and decides on it")
		}
	}
}

// together runs eight callers at once. A caller whose answer is Aborted repeats.
func (s *zzlShop) together(what string, write func(ctx context.Context, caller int) error) []error {
	s.t.Helper()
	results := make([]error, 8)
	_ = s.call(what, func(ctx context.Context) error {
		var all sync.WaitGroup
		for caller := range results {
			all.Go(func() {
				for {
					results[caller] = s.tx.WithTx(ctx, func(ctx context.Context) error { return write(ctx, caller) })
					if errs.CodeOf(results[caller]) != errs.Aborted || ctx.Err() != nil {
						return
					}
				}
			})
		}
		all.Wait()
		return nil
	})
	return results
}

func zzlDeductions(s *zzlShop) {
	s.t.Helper()
	const what = "eight callers each lock a wallet of 50 and deduct 10"
	user := zzlID()
	s.seed(user, "EUR", 3)
	fund := s.get(user)
	s.add(fund, 50-zzlSum(3), "fund")
	s.append("ordinary", "Append of a wallet that was loaded and topped up", fund)
	paid := 0
	for _, err := range s.together(what, func(ctx context.Context, caller int) error {
		w, err := s.wallets.Lock(ctx, user, "EUR")
		if err != nil {
			return err
		}
		if err := w.Deduct(zzlEuros(10), fmt.Sprintf("%s-%d/DEDUCT", user, caller), zzlNoon); err != nil {
			return err
		}
		return s.wallets.Append(ctx, w)
	}) {
		switch {
		case err == nil:
			paid++
		case !errors.Is(err, domain.ErrInsufficientBalance):
			zzlFail(s.t, "surprise", what, "5 succeed, and 3 get ErrInsufficientBalance", fmt.Sprintf("the error %v", err), "there was no other reason to refuse a purchase")
		}
	}
	if paid != 5 {
		zzlFail(s.t, "lost-update", what, "5 succeed, and 3 get ErrInsufficientBalance", fmt.Sprintf("%d succeed", paid), "each success ships goods")
	}
	s.whole("lost-update", what, user, 0, 9, "each success is one entry")
}

func zzlOptimists(s *zzlShop) {
	s.t.Helper()
	const what = "eight callers each load a wallet with Get, without a lock, top it up by 1 and append; a caller that was stale loads again"
	user := zzlID()
	sum := s.seed(user, "EUR", 3)
	for _, err := range s.together(what, func(ctx context.Context, caller int) error {
		w, err := s.wallets.Get(ctx, user, "EUR")
		if err != nil {
			return err
		}
		if err := w.TopUp(zzlEuros(1), fmt.Sprintf("desk-%d", caller), zzlNoon); err != nil {
			return err
		}
		return s.wallets.Append(ctx, w)
	}) {
		if err != nil {
			zzlFail(s.t, "surprise", what, "each of them succeeds in the end", fmt.Sprintf("the error %v", err), "a conflict is over when the transaction has run again")
		}
	}
	s.whole("lost-update", what, user, sum+8, 11, "each success is one entry")
}
