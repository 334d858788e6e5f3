package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/query"
	"shop/order/internal/usecase"
)

func TestZZReadModelOpen(t *testing.T) {
	s := zzrNew(t)
	s.exec(`INSERT INTO product_names (sku, name, sequence) VALUES ('tea', 'Tea', 1), ('cup', 'Cup', 1)`)
	zzrUncommitted(s)
	zzrBetween(s)
	for at := range 14 {
		zzrTraffic(s, at)
	}
}

// rebuilt runs a whole rebuild.
func (s *zzrShop) rebuilt(list usecase.OrderList) error {
	return s.safely(usecase.NewRebuildOrderList(usecase.RebuildConfig{Batch: 2}, list, zzrCatalogue{}).Execute)
}

func (s *zzrShop) clear() {
	s.t.Helper()
	s.exec(`DELETE FROM orders`)
	s.exec(`DELETE FROM order_items`)
	s.exec(`DELETE FROM order_list_view`)
}

// charged returns the payment of an order in the list of its buyer.
func (s *zzrShop) charged(buyer string) string {
	s.t.Helper()
	orders, err := s.lists.OrdersOf(context.Background(), buyer, nil, 10)
	if err != nil || len(orders) != 1 {
		return fmt.Sprintf("%d orders, the error %v", len(orders), err)
	}
	return fmt.Sprintf("payment %d", orders[0].Payment)
}

const zzrLost = "only events of wallet say this. A change that is written under the state before Begin is in neither the new generation nor the orders"

// zzrUncommitted begins a rebuild while the transaction of a change is not committed.
func zzrUncommitted(s *zzrShop) {
	s.t.Helper()
	const what = "a rebuild runs while the transaction of ProjectOrder, which says that an order was refunded, is not committed"
	s.clear()
	order, buyer := zzrID(), zzrID()
	s.order(order, buyer, 2, zzrNoon)
	s.project(s.event(order, 1))
	err := s.meanwhile(what, func(ctx context.Context) error {
		return s.projection.ProjectOrder(ctx, query.OrderChange{OrderID: order, Payment: query.PaymentRefunded})
	}, func(context.Context) error { return s.rebuilt(s.projection) })
	if err != nil {
		zzrFail(s.t, "error", what, "it waits, and returns nil", fmt.Sprintf("the error %q", err), "the projector works all the time; a rebuild beside it is the usual case")
	}
	if seen := s.charged(buyer); seen != "payment 2" {
		zzrFail(s.t, "lost", what, "after both the list shows payment 2", seen, zzrLost)
	}
}

// zzrBetween holds ProjectOrder at the row of its order, after it has seen which generation is shown.
func zzrBetween(s *zzrShop) {
	s.t.Helper()
	const what = "ProjectOrder, which says that an order was refunded, waits for the row of its order, and a rebuild begins meanwhile"
	s.clear()
	order, buyer := zzrID(), zzrID()
	s.order(order, buyer, 2, zzrNoon)
	s.project(s.event(order, 1))

	holder, err := pgx.Connect(context.Background(), s.pool.Config().ConnString())
	if err != nil {
		s.t.Skipf("connect to the database: %v", err)
	}
	defer func() { _ = holder.Close(context.Background()) }()
	tx, err := holder.Begin(context.Background())
	if err != nil {
		s.t.Skipf("begin a transaction: %v", err)
	}
	if _, err := tx.Exec(context.Background(), `SELECT FROM order_list_view WHERE order_id = $1 FOR UPDATE`, order); err != nil {
		s.t.Skipf("lock a row: %v", err)
	}
	projected, rebuilt := make(chan struct{}), make(chan struct{})
	var projectErr, rebuildErr error
	go func() {
		defer close(projected)
		projectErr = s.safely(func(ctx context.Context) error {
			return s.projection.ProjectOrder(ctx, query.OrderChange{OrderID: order, Payment: query.PaymentRefunded})
		})
	}()
	s.waiting(1, projected)
	go func() {
		defer close(rebuilt)
		rebuildErr = s.rebuilt(s.projection)
	}()
	s.waiting(2, rebuilt)
	if err := tx.Commit(context.Background()); err != nil {
		s.t.Skipf("end a transaction: %v", err)
	}
	s.await(what, projected)
	s.await(what, rebuilt)
	if err := errors.Join(projectErr, rebuildErr); err != nil {
		zzrFail(s.t, "error", what, "both return nil in the end", fmt.Sprintf("the error %q", err), "the projector works all the time; a rebuild beside it is the usual case")
	}
	if seen := s.charged(buyer); seen != "payment 2" {
		zzrFail(s.t, "lost", what, "after both the list shows payment 2", seen, zzrLost)
	}
}

// zzrOpen is an OrderList on the database that lets the shop sell before and after each call.
type zzrOpen struct {
	usecase.OrderList
	t      *testing.T
	before func(call string) error
	after  func(call string)
}

func (o *zzrOpen) Begin(ctx context.Context) (int32, error) {
	if err := o.before("Begin"); err != nil {
		return 0, err
	}
	defer o.after("Begin")
	return o.OrderList.Begin(ctx)
}

func (o *zzrOpen) Copy(ctx context.Context, generation int32, after string, size int32) ([]query.OrderChange, error) {
	if err := o.before("Copy"); err != nil {
		return nil, err
	}
	defer o.after("Copy")
	return o.OrderList.Copy(ctx, generation, after, size)
}

func (o *zzrOpen) Activate(ctx context.Context, generation int32) (bool, error) {
	if err := o.before("Activate"); err != nil {
		return false, err
	}
	defer o.after("Activate")
	return o.OrderList.Activate(ctx, generation)
}

func (o *zzrOpen) DeleteOld(ctx context.Context, limit int32) (int64, error) {
	if err := o.before("DeleteOld"); err != nil {
		return 0, err
	}
	defer o.after("DeleteOld")
	return o.OrderList.DeleteOld(ctx, limit)
}

// zzrSale is an order that the shop has sold, and what its list must show.
type zzrSale struct {
	id      string
	created time.Time
	version int
	payment query.Payment
}

// zzrTraffic sells before and after each call of a rebuild, which is killed at the call with this number and then runs again.
func zzrTraffic(s *zzrShop, kill int) {
	s.t.Helper()
	s.clear()
	buyer := zzrID()
	var sales []*zzrSale
	what, step := "before the rebuild", 0
	page := func() {
		var want []string
		for _, sale := range slices.Backward(sales) {
			want = append(want, fmt.Sprintf("%s version %d payment %d", sale.id[:8], sale.version, sale.payment))
		}
		orders, err := s.lists.OrdersOf(context.Background(), buyer, nil, 1000)
		var seen []string
		for _, o := range orders {
			line := fmt.Sprintf("%s version %d payment %d", o.ID[:8], o.Version, o.Payment)
			if len(o.Items) != 2 || o.Items[0].Name != zzrProducts[o.Items[0].SKU] || o.TotalMinor != 1300 || o.Status != []int{1, 2, 3, 5}[o.Version-1] {
				line += " with wrong items, total or status"
			}
			seen = append(seen, line)
		}
		if err != nil || !slices.Equal(seen, want) {
			missing := slices.DeleteFunc(slices.Clone(want), func(line string) bool { return slices.Contains(seen, line) })
			zzrFail(s.t, "page", "the shop sells between the calls of a rebuild: "+what, fmt.Sprintf("the list of the buyer has its %d orders as they are, the newest first", len(want)),
				fmt.Sprintf("%d orders, the error %v; missing: [%s]; all: [%s]", len(seen), err, strings.Join(missing, ", "), strings.Join(seen, ", ")), "customers do not know that the shop is being rebuilt")
		}
	}
	// sell creates an order, moves an older one, and moves the money of another.
	sell := func() {
		step++
		sale := &zzrSale{id: zzrID(), created: zzrNoon.Add(time.Duration(step) * time.Second), version: 1}
		s.order(sale.id, buyer, 1, sale.created)
		s.project(s.event(sale.id, 1))
		sales = append(sales, sale)
		page()
		if moved := sales[(step*5)%len(sales)]; moved.version < 3 {
			moved.version++
			s.advance(moved.id, moved.version)
			s.project(s.event(moved.id, moved.version))
		}
		page()
		charged := sales[(step*3)%len(sales)]
		charged.payment = min(charged.payment+1, query.PaymentRefunded)
		s.project(query.OrderChange{OrderID: charged.id, Payment: charged.payment})
		page()
	}
	for range 5 {
		sell()
	}
	calls := 0
	open := &zzrOpen{OrderList: s.projection, t: s.t}
	open.before = func(call string) error {
		calls++
		what = fmt.Sprintf("before call %d, %s", calls, call)
		if calls == kill {
			return errZZRKill
		}
		if calls < 12 {
			sell()
		}
		return nil
	}
	open.after = func(call string) {
		what = fmt.Sprintf("after call %d, %s", calls, call)
		if calls < 12 {
			sell()
		}
	}
	run := func(expected error) {
		s.t.Helper()
		done := make(chan struct{})
		var err error
		go func() {
			defer close(done) // also when a page is wrong
			err = s.rebuilt(open)
		}()
		s.await("a rebuild while the shop sells", done)
		if s.t.Failed() {
			s.t.FailNow()
		}
		if !errors.Is(err, expected) {
			zzrFail(s.t, "error", "a rebuild while the shop sells", fmt.Sprintf("the error %v", expected), fmt.Sprintf("the error %v", err), "the projector works all the time; a rebuild beside it is the usual case")
		}
	}
	if kill > 0 {
		run(errZZRKill)
		what = fmt.Sprintf("after it was killed at call %d", kill)
		page()
		sell()
	}
	kill = 0
	run(nil)
	what = "after the rebuild"
	page()
	sell()
	generations := s.ask(`SELECT count(DISTINCT generation)::text FROM order_list_view`)
	if generations != "1" {
		zzrFail(s.t, "old", "a rebuild while the shop sells", "one generation is left", generations+" generations", "each rebuild would leave a copy of all orders")
	}
	if expected, seen := zzrDiffer(s.page(s.source, buyer), s.page(s.lists, buyer)); seen != "" {
		zzrFail(s.t, "page", "after the rebuild", "the list is what the orders say: "+expected, seen, "a rebuild is what is left when the read model is wrong")
	}
}
