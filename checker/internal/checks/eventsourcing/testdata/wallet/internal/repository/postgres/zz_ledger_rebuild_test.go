package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"shop/wallet/internal/usecase"
	"shop/wallet/internal/usecase/dto"
)

func TestZZLedgerRebuild(t *testing.T) {
	s := zzlNew(t)
	zzlPages(s)
	zzlRepairs(s)
	zzlErrors(s)
	zzlPauses(s)
	zzlEquality(s)
}

// zzlBalances is a fake of Balances.
type zzlBalances struct {
	all      []dto.Balance
	onCall   func(call int) error
	onRepair error

	calls, ended  []time.Time
	compared      map[string]int
	repaired      []string
	sizes, afters []string
}

func (f *zzlBalances) Compare(_ context.Context, afterUser, afterCurrency string, size int32) (batch []dto.Balance, err error) {
	f.calls = append(f.calls, time.Now())
	defer func() { f.ended = append(f.ended, time.Now()) }()
	f.sizes, f.afters = append(f.sizes, fmt.Sprint(size)), append(f.afters, afterUser+" "+afterCurrency)
	if len(f.calls) > 20 {
		return nil, errors.New("Compare was called 20 times for a few wallets")
	}
	if f.onCall != nil {
		if err := f.onCall(len(f.calls)); err != nil {
			return nil, err
		}
	}
	for _, b := range f.all {
		if cmp.Or(cmp.Compare(b.UserID, afterUser), cmp.Compare(b.Currency, afterCurrency)) > 0 && len(batch) < int(size) {
			batch = append(batch, b)
			f.compared[b.UserID+" "+b.Currency]++
		}
	}
	return batch, nil
}

func (f *zzlBalances) Repair(_ context.Context, b dto.Balance) error {
	f.repaired = append(f.repaired, b.UserID+" "+b.Currency)
	return f.onRepair
}

// zzlFake has n wallets, two of each user, with these differences.
func zzlFake(n int, differences map[int]func(b *dto.Balance)) *zzlBalances {
	f := &zzlBalances{compared: map[string]int{}}
	for i := range n {
		at := dto.BalanceAt{MinorUnits: int64(10 * i), Version: 3}
		b := dto.Balance{UserID: fmt.Sprintf("00000000-0000-4000-8000-%012d", 1+i/2), Currency: []string{"EUR", "USD"}[i%2], Stored: at, Ledger: at}
		if change := differences[i]; change != nil {
			change(&b)
		}
		f.all = append(f.all, b)
	}
	return f
}

func zzlWrongBalance(b *dto.Balance)  { b.Stored.MinorUnits++ }
func zzlWrongVersion(b *dto.Balance)  { b.Stored.Version-- }
func zzlWrongSnapshot(b *dto.Balance) { b.SnapshotWrong = true }
func zzlWrongLedger(b *dto.Balance) {
	b.LedgerBroken = true
	b.Stored.MinorUnits++
	b.SnapshotWrong = true
}

func (s *zzlShop) rebuild(cfg usecase.RebuildConfig, balances usecase.Balances) error {
	s.t.Helper()
	return s.call("RebuildBalances.Execute", usecase.NewRebuildBalances(cfg, balances).Execute)
}

// zzlPages compares wallets that fill no page, one, and several.
func zzlPages(s *zzlShop) {
	s.t.Helper()
	for _, n := range []int{0, 1, 2, 3, 4, 7, 9} {
		for _, batch := range []int32{1, 2, 3, 4} {
			f := zzlFake(n, nil)
			err := s.rebuild(usecase.RebuildConfig{Batch: batch, Repair: true}, f)
			what := fmt.Sprintf("a rebuild of %d wallets that are all right, with a batch of %d", n, batch)
			if err != nil {
				zzlFail(s.t, "equal", what, "nil", fmt.Sprintf("the error %q", err), "the command proves equality by its exit code")
			}
			for _, b := range f.all {
				if times := f.compared[b.UserID+" "+b.Currency]; times != 1 {
					zzlFail(s.t, "pages", what, "each wallet is compared once", fmt.Sprintf("the one of %s in %s was compared %d times; Compare was called after: %q", b.UserID, b.Currency, times, f.afters),
						"a wallet that no batch contains is not proved")
				}
			}
			if i := slices.IndexFunc(f.sizes, func(size string) bool { return size != fmt.Sprint(batch) }); i >= 0 {
				zzlFail(s.t, "batch", what, fmt.Sprintf("Compare with the size %d", batch), "the size "+f.sizes[i], "the size limits the load of one statement beside live traffic")
			}
			if len(f.repaired) > 0 {
				zzlFail(s.t, "repairs-right", what, "no Repair", fmt.Sprintf("Repair of %q", f.repaired), "what is right is not written")
			}
		}
	}
}

// zzlRepairs has wallets that differ.
func zzlRepairs(s *zzlShop) {
	s.t.Helper()
	differences := map[int]func(b *dto.Balance){0: zzlWrongBalance, 2: zzlWrongLedger, 3: zzlWrongVersion, 6: zzlWrongSnapshot}
	for _, repair := range []bool{false, true} {
		f := zzlFake(7, differences)
		err := s.rebuild(usecase.RebuildConfig{Batch: 2, Repair: repair}, f)
		what := fmt.Sprintf("a rebuild of 7 wallets with Repair %t: wallet 1 has a wrong balance, 3 a broken ledger, 4 a wrong version, 7 a wrong snapshot", repair)
		if !errors.Is(err, usecase.ErrBalancesDiffer) {
			zzlFail(s.t, "differ", what, "ErrBalancesDiffer", fmt.Sprintf("the error %v", err), "a difference has a cause, which a repair does not remove; only a later run without a difference proves that all is well")
		}
		for _, b := range f.all {
			if f.compared[b.UserID+" "+b.Currency] != 1 {
				zzlFail(s.t, "stops", what, "all 7 wallets are compared", fmt.Sprintf("%d wallets", len(f.compared)), "the operator needs all differences, not the first")
			}
		}
		name := func(i int) string { return f.all[i].UserID + " " + f.all[i].Currency }
		var expected []string
		failure, why := "repairs-without-leave", "a run that only looks must change nothing: it runs in production each night"
		if repair {
			expected = []string{name(0), name(3), name(6)}
			failure, why = "repairs", "what differs from a whole ledger is replaced by its fold"
			if slices.Contains(f.repaired, name(2)) {
				failure, why = "repairs-broken", "the fold of a ledger with a gap is not the balance: the repair would destroy the last trace of the right one"
			}
		}
		slices.Sort(f.repaired)
		if !slices.Equal(f.repaired, expected) {
			zzlFail(s.t, failure, what, fmt.Sprintf("Repair of %q", expected), fmt.Sprintf("Repair of %q", f.repaired), why)
		}
	}
	for name, wrong := range map[string]func(b *dto.Balance){"a wrong balance": zzlWrongBalance, "a wrong snapshot": zzlWrongSnapshot, "a broken ledger": zzlWrongLedger} {
		for i, where := range []string{"the first", "one of the first batch", "one of the second batch", "the last"} {
			f := zzlFake(4, map[int]func(b *dto.Balance){i: wrong})
			for _, repair := range []bool{false, true} {
				if err := s.rebuild(usecase.RebuildConfig{Batch: 2, Repair: repair}, f); !errors.Is(err, usecase.ErrBalancesDiffer) {
					zzlFail(s.t, "differ", fmt.Sprintf("a rebuild of 4 wallets with Repair %t: one has %s, %s", repair, name, where), "ErrBalancesDiffer", fmt.Sprintf("the error %v", err),
						"a difference has a cause, which a repair does not remove; only a later run without a difference proves that all is well")
				}
				f.compared = map[string]int{}
			}
		}
	}
}

// zzlErrors has a database that does not answer.
func zzlErrors(s *zzlShop) {
	s.t.Helper()
	away := errors.New("the database is away")
	f := zzlFake(6, nil)
	f.onCall = func(call int) error {
		if call == 2 {
			return away
		}
		return nil
	}
	if err := s.rebuild(usecase.RebuildConfig{Batch: 2}, f); !errors.Is(err, away) || len(f.calls) != 2 {
		zzlFail(s.t, "error", "a rebuild whose second Compare returns an error", "it ends with that error", fmt.Sprintf("the error %v, after %d calls of Compare", err, len(f.calls)), "wallets that could not be compared are not proved")
	}
	f = zzlFake(6, map[int]func(b *dto.Balance){1: zzlWrongBalance, 4: zzlWrongBalance})
	f.onRepair = away
	if err := s.rebuild(usecase.RebuildConfig{Batch: 2, Repair: true}, f); !errors.Is(err, away) || len(f.repaired) != 1 {
		zzlFail(s.t, "error", "a rebuild whose first Repair returns an error", "it ends with that error", fmt.Sprintf("the error %v, after %d calls of Repair", err, len(f.repaired)), "the operator has to know that the repair is not done")
	}
}

// zzlPauses looks at the time between two batches.
func zzlPauses(s *zzlShop) {
	s.t.Helper()
	const pause = 30 * time.Millisecond
	f := zzlFake(6, nil)
	_ = s.rebuild(usecase.RebuildConfig{Batch: 2, Pause: pause}, f)
	for i := 1; i < len(f.calls); i++ {
		if seen := f.calls[i].Sub(f.ended[i-1]); seen < pause {
			zzlFail(s.t, "pause", "a rebuild with a Pause of 30ms", "at least 30ms between two calls of Compare", seen.String(), "the pause leaves the database to the customers")
		}
	}

	const what = "the context of a rebuild ends while it pauses for an hour after the first batch"
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	f = zzlFake(6, nil)
	f.onCall = func(int) error { cancel(); return nil }
	result := make(chan error, 1)
	go func() {
		result <- usecase.NewRebuildBalances(usecase.RebuildConfig{Batch: 2, Pause: time.Hour}, f).Execute(ctx)
	}()
	select {
	case err := <-result:
		if !errors.Is(err, context.Canceled) || len(f.calls) != 1 {
			zzlFail(s.t, "context", what, "context.Canceled, and no further Compare", fmt.Sprintf("the error %v, after %d calls of Compare", err, len(f.calls)),
				"an interrupted run that returns nil has proved nothing, and says that it has")
		}
	case <-time.After(zzlStuck / 4):
		zzlFail(s.t, "context", what, "Execute returns at once", fmt.Sprintf("nothing within %s", zzlStuck/4), "the command must end when it is interrupted")
	}
}

// zzlEquality runs on the real tables.
func zzlEquality(s *zzlShop) {
	s.t.Helper()
	users := make([]string, 5)
	for i := range users {
		users[i] = zzlID()
		s.seed(users[i], "EUR", 3+i)
		s.snapshot(users[i], "EUR", 3, zzlSum(3))
	}
	run := func(failure, what string, repair, equal bool) {
		s.t.Helper()
		err := s.rebuild(usecase.RebuildConfig{Batch: 2, Repair: repair}, NewBalances(s.pool))
		switch {
		case equal && err != nil:
			zzlFail(s.t, failure, what, "nil", fmt.Sprintf("the error %v", err), "the command proves equality by its exit code")
		case !equal && !errors.Is(err, usecase.ErrBalancesDiffer):
			zzlFail(s.t, failure, what, "ErrBalancesDiffer", fmt.Sprintf("the error %v", err), "the command proves equality by its exit code")
		}
	}
	run("real", "five wallets in PostgreSQL that are what their ledgers say", true, true)
	s.exec(`UPDATE wallets SET balance_minor = balance_minor + 1 WHERE user_id = $1`, users[0])
	s.exec(`UPDATE wallet_snapshots SET balance_minor = balance_minor + 1 WHERE user_id = $1`, users[1])
	s.exec(`DELETE FROM wallets WHERE user_id = $1`, users[2])
	const what = "of five wallets in PostgreSQL one has a wrong balance, one a wrong snapshot and one no row; "
	run("real", what+"a run without Repair", false, false)
	run("real", what+"a second run without Repair", false, false)
	run("real", what+"a run with Repair", true, false)
	run("real", what+"the run after the one with Repair", false, true)
	for i, user := range users {
		s.whole("real", what+"after a run with Repair", user, zzlSum(3+i), int64(3+i), "the ledger has not changed, and it says what the balance is")
	}
}
