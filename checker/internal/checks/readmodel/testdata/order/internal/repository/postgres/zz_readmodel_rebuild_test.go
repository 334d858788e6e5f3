package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase"
	"shop/platform/errs"
)

func TestZZReadModelRebuild(t *testing.T) {
	zzrPages(t)
	zzrReplaced(t)
	zzrErrors(t)
	zzrKilled(t)
	zzrPauses(t)
}

// zzrList is an OrderList in memory. It notes what was called, and may refuse a call.
type zzrList struct {
	orders   []string
	old      int64
	replaced bool
	onCall   func(call string) error

	calls      []string
	generation int32
	copied     map[int32][]string
	shown      int32
	names      map[string]string
	early      string
	batches    []zzrBatch
}

// zzrBatch is when a Copy or a DeleteOld began and ended.
type zzrBatch struct {
	call         string
	began, ended time.Time
}

func zzrNewList(orders int) *zzrList {
	l := &zzrList{copied: map[int32][]string{}, names: map[string]string{}, generation: 7, shown: 7}
	for i := range orders {
		l.orders = append(l.orders, fmt.Sprintf("%08d-0000-4000-8000-%012d", i/2, i))
	}
	return l
}

func (l *zzrList) called(format string, args ...any) error {
	call := fmt.Sprintf(format, args...)
	l.calls = append(l.calls, call)
	if len(l.calls) > 200 {
		return errors.New("the database was called 200 times for a few orders")
	}
	if l.onCall != nil {
		return l.onCall(call)
	}
	return nil
}

func (l *zzrList) ProjectOrder(context.Context, query.OrderChange) error { return nil }

func (l *zzrList) ProjectProductName(_ context.Context, sku, name string, _ int64) error {
	l.names[sku] = name
	return nil
}

func (l *zzrList) NamelessSKUs(_ context.Context, skus []string) (nameless []string, err error) {
	for _, sku := range skus {
		if l.names[sku] == "" {
			nameless = append(nameless, sku)
		}
	}
	return nameless, nil
}

func (l *zzrList) Begin(context.Context) (int32, error) {
	if err := l.called("Begin"); err != nil {
		return 0, err
	}
	l.generation++
	return l.generation, nil
}

func (l *zzrList) Copy(_ context.Context, generation int32, after string, size int32) (changes []query.OrderChange, err error) {
	began := time.Now()
	defer func() { l.batches = append(l.batches, zzrBatch{"Copy", began, time.Now()}) }()
	if err := l.called("Copy(%d, %s, %d)", generation, after, size); err != nil {
		return nil, err
	}
	for i, id := range l.orders {
		if id > after && len(changes) < int(size) {
			changes = append(changes, query.OrderChange{OrderID: id, Version: 1, Status: domain.StatusPending, At: zzrNoon, Created: &query.CreatedOrder{
				BuyerID: uuid.NewString(), Currency: "EUR", TotalMinor: 500, At: zzrNoon, Items: []query.Item{{SKU: fmt.Sprintf("sku-%d", i), Quantity: 1, UnitPrice: 500}},
			}})
			l.copied[generation] = append(l.copied[generation], id)
		}
	}
	return changes, nil
}

func (l *zzrList) Activate(_ context.Context, generation int32) (bool, error) {
	if err := l.called("Activate(%d)", generation); err != nil {
		return false, err
	}
	if l.replaced || generation != l.generation {
		return false, nil
	}
	if !slices.Equal(l.copied[generation], l.orders) {
		l.early = fmt.Sprintf("%d of %d orders", len(l.copied[generation]), len(l.orders))
	}
	for i := range l.orders {
		if l.names[fmt.Sprintf("sku-%d", i)] == "" && l.early == "" {
			l.early = fmt.Sprintf("no name of sku-%d", i)
		}
	}
	l.shown = generation
	return true, nil
}

func (l *zzrList) DeleteOld(_ context.Context, limit int32) (int64, error) {
	began := time.Now()
	defer func() { l.batches = append(l.batches, zzrBatch{"DeleteOld", began, time.Now()}) }()
	if err := l.called("DeleteOld(%d)", limit); err != nil {
		return 0, err
	}
	deleted := min(l.old, int64(limit))
	l.old -= deleted
	return deleted, nil
}

type zzrCatalogue struct{ err error }

func (c zzrCatalogue) Products(_ context.Context, skus []string) ([]usecase.Product, error) {
	if c.err != nil {
		return nil, c.err
	}
	products := make([]usecase.Product, len(skus))
	for i, sku := range skus {
		products[i] = usecase.Product{SKU: sku, Name: "asked " + sku}
	}
	return products, nil
}

func zzrRebuild(t *testing.T, cfg usecase.RebuildConfig, list usecase.OrderList) error {
	t.Helper()
	s := &zzrShop{t: t}
	return s.call("RebuildOrderList.Execute", usecase.NewRebuildOrderList(cfg, list, zzrCatalogue{}).Execute)
}

// zzrPages copies orders that fill no page, one, and several.
func zzrPages(t *testing.T) {
	t.Helper()
	for _, n := range []int{0, 1, 2, 3, 4, 7, 9} {
		for _, batch := range []int32{1, 2, 3, 4} {
			for _, old := range []int64{0, 1, int64(batch), 2*int64(batch) + 1} {
				l := zzrNewList(n)
				l.old = old
				err := zzrRebuild(t, usecase.RebuildConfig{Batch: batch}, l)
				what := fmt.Sprintf("a rebuild of %d orders with a batch of %d, and %d rows of old generations", n, batch, old)
				if err != nil {
					zzrFail(t, "error", what, "nil", fmt.Sprintf("the error %q", err), "nothing has failed")
				}
				if l.early != "" {
					zzrFail(t, "early", what, "Activate when all orders are copied and have the names of their products", "Activate with "+l.early+fmt.Sprintf("; the calls were %q", l.calls), "a page of a generation that is not complete lacks orders")
				}
				if l.shown != 8 {
					zzrFail(t, "early", what, "generation 8, which Begin has returned, is shown", fmt.Sprintf("generation %d; the calls were %q", l.shown, l.calls), "a rebuild that shows nothing has done nothing")
				}
				for _, call := range l.calls {
					if expected := fmt.Sprintf("DeleteOld(%d)", batch); call[0] == 'D' && call != expected {
						zzrFail(t, "batch", what, expected, call, "the size limits the load of one statement beside live traffic")
					}
					var generation int32
					var after string
					var size int32
					if n, _ := fmt.Sscanf(call, "Copy(%d, %36s, %d)", &generation, &after, &size); n == 3 && size != batch {
						zzrFail(t, "batch", what, fmt.Sprintf("Copy with the size %d", batch), call, "the size limits the load of one statement beside live traffic")
					}
				}
				if l.old != 0 {
					zzrFail(t, "old", what, "all rows of old generations are deleted", fmt.Sprintf("%d are left; the calls were %q", l.old, l.calls), "each rebuild would leave a copy of all orders")
				}
			}
		}
	}
}

// zzrReplaced has another rebuild.
func zzrReplaced(t *testing.T) {
	t.Helper()
	l := zzrNewList(3)
	l.replaced, l.old = true, 2
	err := zzrRebuild(t, usecase.RebuildConfig{Batch: 2}, l)
	if errs.CodeOf(err) != errs.Aborted {
		zzrFail(t, "replaced", "a rebuild whose Activate returns false", "an error with the code errs.Aborted", fmt.Sprintf("the error %v", err), "what this run has built is not shown; the operator has to know")
	}
}

// zzrErrors has a database that does not answer.
func zzrErrors(t *testing.T) {
	t.Helper()
	for _, call := range []string{"Begin", "Copy 1", "Copy 2", "Copy 3", "Activate", "DeleteOld 1", "DeleteOld 2"} {
		l, away := zzrNewList(5), errors.New("the database is away")
		l.old = 3
		failed, count := 0, map[string]int{}
		l.onCall = func(name string) error {
			name = name[:min(len(name), slices.IndexFunc([]byte(name+"("), func(b byte) bool { return b == '(' }))]
			count[name]++
			if name == call || fmt.Sprintf("%s %d", name, count[name]) == call {
				failed = len(l.calls)
				return away
			}
			return nil
		}
		err := zzrRebuild(t, usecase.RebuildConfig{Batch: 2}, l)
		if !errors.Is(err, away) || len(l.calls) != failed {
			zzrFail(t, "error-lost", "a rebuild of 5 orders with a batch of 2, in which this call returns an error: "+call, "it ends with that error in the chain of its own, and calls nothing more",
				fmt.Sprintf("the error %v; the calls were %q", err, l.calls), "an order that was not copied is on no list of the new generation")
		}
	}
	s := &zzrShop{t: t}
	l, away := zzrNewList(5), errors.New("inventory is away")
	err := s.call("RebuildOrderList.Execute", usecase.NewRebuildOrderList(usecase.RebuildConfig{Batch: 2}, l, zzrCatalogue{away}).Execute)
	if !errors.Is(err, away) || l.shown != 7 {
		zzrFail(t, "error-lost", "a rebuild while the catalogue does not answer", "it ends with the error of the catalogue, and shows nothing", fmt.Sprintf("the error %v; the calls were %q", err, l.calls),
			"lists would show products without names")
	}
}

// zzrKilled stops runs at each call, and runs again.
func zzrKilled(t *testing.T) {
	t.Helper()
	for at := 1; at < 20; at++ {
		l := zzrNewList(5)
		l.old = 3
		l.onCall = func(string) error {
			if len(l.calls) == at {
				return errZZRKill
			}
			return nil
		}
		rebuild := usecase.NewRebuildOrderList(usecase.RebuildConfig{Batch: 2}, l, zzrCatalogue{})
		s := &zzrShop{t: t}
		first := s.call("RebuildOrderList.Execute", rebuild.Execute)
		seen := len(l.calls)
		l.onCall = nil
		err := s.call("RebuildOrderList.Execute", rebuild.Execute)
		what := fmt.Sprintf("a rebuild of 5 orders with a batch of 2 was stopped at its call %d, and runs again", at)
		if err != nil || l.shown != l.generation || !slices.Equal(l.copied[l.shown], l.orders) || l.old != 0 {
			zzrFail(t, "again", what, "it copies all orders to the generation that its own Begin returns, and shows it", fmt.Sprintf("the error %v; the calls of both runs were %q", err, l.calls),
				"the new generation is empty at its beginning, whatever the first run has copied")
		}
		if first == nil && seen < at { // nothing was left to stop
			return
		}
	}
}

// zzrPauses looks at the time between two batches.
func zzrPauses(t *testing.T) {
	t.Helper()
	const pause = 30 * time.Millisecond
	l := zzrNewList(5)
	l.old = 5
	_ = zzrRebuild(t, usecase.RebuildConfig{Batch: 2, Pause: pause}, l)
	for i := 1; i < len(l.batches); i++ {
		if seen := l.batches[i].began.Sub(l.batches[i-1].ended); l.batches[i].call == l.batches[i-1].call && seen < pause {
			zzrFail(t, "pause", "a rebuild with a Pause of 30ms", "at least 30ms between two batches of copies, and between two of deletions", fmt.Sprintf("%s; the calls were %q", seen, l.calls), "the pause leaves the database to the customers")
		}
	}
	for _, at := range []string{"Copy", "DeleteOld"} {
		what := fmt.Sprintf("the context of a rebuild ends while it pauses for an hour after its first %s", at)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		l := zzrNewList(5)
		if l.old = 5; at == "DeleteOld" {
			l.orders = nil
		}
		l.onCall = func(call string) error {
			if call[:4] == at[:4] {
				cancel()
			}
			return nil
		}
		result := make(chan error, 1)
		go func() {
			result <- usecase.NewRebuildOrderList(usecase.RebuildConfig{Batch: 2, Pause: time.Hour}, l, zzrCatalogue{}).Execute(ctx)
		}()
		select {
		case err := <-result:
			if !errors.Is(err, context.Canceled) || (at == "Copy" && l.shown != 7) {
				zzrFail(t, "context", what, "context.Canceled, and nothing is shown that is not complete", fmt.Sprintf("the error %v; the calls were %q", err, l.calls), "an interrupted run that returns nil says that it is complete")
			}
		case <-time.After(zzrStuck / 2):
			zzrFail(t, "context", what, "Execute returns at once", fmt.Sprintf("nothing within %s", zzrStuck/2), "the command must end when it is interrupted")
		}
	}
}
