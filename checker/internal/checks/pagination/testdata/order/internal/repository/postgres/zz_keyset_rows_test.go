package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"shop/order/internal/query"
)

func TestZZKeysetRows(t *testing.T) {
	s := zzkNew(t, map[string]string{"enable_indexscan": "off"}) // so that the order comes from the query, not from the index
	zzkBetween(s)
	zzkEqualTimes(s)
	zzkMany(s)
	zzkComplete(s)
	zzkErrors(s)
}

// zzkEqualTimes has orders that share a microsecond, a millisecond, a second.
func zzkEqualTimes(s *zzkShop) {
	s.t.Helper()
	s.exec(`TRUNCATE orders, order_items`)
	type stored struct {
		id string
		at time.Time
	}
	var all []stored
	for n := range 40 {
		at := zzkNoon
		switch {
		case n < 10: // one microsecond for all
		case n < 20:
			at = at.Add(time.Duration(n) * time.Microsecond)
		case n < 30:
			at = at.Add(-time.Duration(n%3) * time.Millisecond)
		default:
			at = at.Add(time.Duration(n%2) * time.Hour)
		}
		place := n * 7 % 40 // ids come in another order than times
		all = append(all, stored{s.insert(zzkAnn, place, at), at})
		s.insert(zzkBob, 1000+n, at)
	}
	slices.SortFunc(all, func(a, b stored) int {
		if !a.at.Equal(b.at) {
			return b.at.Compare(a.at)
		}
		return strings.Compare(b.id, a.id)
	})
	var want []string
	for _, order := range all {
		want = append(want, order.id)
	}
	for _, size := range []int{1, 2, 3, 7, 10, 39, 40, 41} {
		var got []string
		var after *query.Position
		for {
			what := fmt.Sprintf("40 orders, ten of them in the same microsecond, in pages of %d", size)
			page := s.page(what, zzkAnn, after, size)
			for _, order := range page {
				if order.BuyerID != zzkAnn {
					zzkFail(s.t, "other-buyer", what, "the orders of one buyer", "an order of another", "a buyer sees their own orders and no others")
				}
				if len(order.Items) != 2 {
					zzkFail(s.t, "items", what, "each order with its 2 items", fmt.Sprintf("an order with %d", len(order.Items)), "an order without its items cannot be shown")
				}
				got = append(got, order.ID)
			}
			if len(got) > len(want) {
				break
			}
			if len(page) == 0 {
				break
			}
			after = s.position(page[len(page)-1])
		}
		zzkSame(s, fmt.Sprintf("40 orders, ten of them in the same microsecond, in pages of %d", size), want, got)
	}
}

// zzkMany reads the largest pages that the use case asks for.
func zzkMany(s *zzkShop) {
	s.t.Helper()
	s.exec(`TRUNCATE orders, order_items`)
	s.exec(`
		INSERT INTO orders (id, buyer_id, status, currency, total_minor, version, created_at, updated_at)
		SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, $1, 1, 'EUR', 1, 1, $2::timestamptz - n * interval '1 second', now()
		FROM generate_series(1, 150) n`, zzkAnn, zzkNoon)
	for name, after := range map[string]*query.Position{"the first page": nil, "the page after the first order": {CreatedAt: zzkNoon.Add(-time.Second), ID: zzkID(1)}} {
		what := name + " of 150 orders, in pages of 101"
		if page := s.page(what, zzkAnn, after, 101); len(page) != 101 {
			zzkFail(s.t, "limit", what, "101 orders", fmt.Sprint(len(page)), "the largest page has 100 orders, and one more tells whether there is a next page")
		}
	}
}

// zzkComplete compares the orders of a page with what Orders returns.
func zzkComplete(s *zzkShop) {
	s.t.Helper()
	s.exec(`TRUNCATE orders, order_items`)
	var last string
	for n := range 4 {
		last = s.insert(zzkAnn, 10-n, zzkNoon.Add(-time.Duration(n)*time.Second))
	}
	s.exec(`UPDATE orders SET status = 5, cancel_code = 'code', cancel_reason = 'reason', version = 7, total_minor = 1234, updated_at = created_at + interval '1 day',
		paid_at = created_at + interval '2 days', cancelled_at = created_at + interval '3 days'`)
	stored, err := s.orders.Orders(context.Background(), last)
	if err != nil || len(stored) != 1 {
		s.t.Skipf("read an order: %d orders, and the error %v", len(stored), err)
	}
	what := "the last of 4 orders, on the second page"
	first := s.page("the first page of 4 orders", zzkAnn, nil, 3)
	if len(first) != 3 {
		zzkFail(s.t, "ordinary", "the first page of 4 orders", "3 orders", fmt.Sprint(len(first)), "nothing else works before this does")
	}
	second := s.page(what, zzkAnn, s.position(first[2]), 3)
	if len(second) != 1 {
		zzkFail(s.t, "ordinary", what, "1 order", fmt.Sprint(len(second)), "nothing else works before this does")
	}
	if want, got := zzkShown(stored[0]), zzkShown(second[0]); want != got {
		zzkFail(s.t, "fields", what, want, got, "an order of a page is the same order as anywhere else")
	}
}

// zzkShown writes down what is shown of an order in all stages.
func zzkShown(o query.Order) string {
	text := fmt.Sprintf("id %s, buyer %s, status %d, total %d %s, cancelled for %q because of %q, version %d, created %s, updated %s", o.ID, o.BuyerID, o.Status, o.TotalMinor,
		o.Currency, o.CancelCode, o.CancelReason, o.Version, o.CreatedAt.UTC().Format(time.RFC3339Nano), o.UpdatedAt.UTC().Format(time.RFC3339Nano))
	for _, item := range o.Items {
		text += fmt.Sprintf(", %d × %s for %d", item.Quantity, item.SKU, item.UnitPrice)
	}
	return text
}

// zzkErrors locks a table that a page has to read, until the context of the call has ended. The statements were prepared before.
func zzkErrors(s *zzkShop) {
	s.t.Helper()
	for _, table := range []string{"orders", "order_items"} {
		for _, page := range []struct {
			name  string
			after *query.Position
		}{{"the first page", nil}, {"the second page", &query.Position{CreatedAt: zzkNoon, ID: zzkID(10)}}} {
			s.page(page.name+" of 4 orders", zzkAnn, page.after, 3)
			s.exec(`BEGIN`)
			s.exec(`LOCK TABLE ` + table)
			what := fmt.Sprintf("%s; the table %s is locked, and the context ends", page.name, table)
			orders, err := s.call(what, zzkAnn, page.after, 3, time.Second/2)
			s.exec(`ROLLBACK`)
			if err == nil {
				zzkFail(s.t, "error", what, "an error", fmt.Sprintf("%d orders, and no error", len(orders)),
					"a page that was cut short looks like the last one: the client stops, and no one learns that orders are missing")
			}
		}
	}
}

// zzkSame requires the same orders in the same order.
func zzkSame(s *zzkShop, what string, want, got []string) {
	s.t.Helper()
	seen := map[string]int{}
	for _, id := range got {
		seen[id]++
	}
	lost, repeated := 0, 0
	for _, id := range want {
		switch seen[id] {
		case 0:
			lost++
		case 1:
		default:
			repeated++
		}
	}
	if lost > 0 || repeated > 0 || len(got) != len(want) {
		zzkFail(s.t, "equal-times", what, "each order on exactly one page", fmt.Sprintf("%d lost, %d shown more than once, %d shown in all", lost, repeated, len(got)),
			"the place of an order among others is its time *and* its id: orders of one moment would be skipped or repeated together")
	}
	if !slices.Equal(want, got) {
		zzkFail(s.t, "order", what, "newest first; of the same microsecond, the largest id first", "another order", "the next page begins behind the last order of this one, so both pages need one order of all rows")
	}
}

// zzkBetween changes the table between two pages.
func zzkBetween(s *zzkShop) {
	s.t.Helper()
	for _, c := range []struct {
		failure, name string
		change        func(last query.Order)
	}{
		{"ordinary", "nothing happens between two pages", func(query.Order) {}},
		{"inserts", "new orders come between two pages", func(last query.Order) {
			for n := range 3 {
				s.insert(zzkAnn, 500+n, zzkNoon.Add(time.Hour))
			}
		}},
		{"inserts", "orders with the time of the last one of the page come between two pages", func(last query.Order) {
			s.insert(zzkAnn, 900, last.CreatedAt) // its id is larger: it comes before the last one
		}},
		{"deletes", "orders of the first page are deleted between two pages", func(last query.Order) {
			s.exec(`DELETE FROM orders WHERE buyer_id = $1 AND created_at > $2`, zzkAnn, last.CreatedAt)
		}},
		{"deletes", "the last order of the first page is deleted between two pages", func(last query.Order) {
			s.exec(`DELETE FROM orders WHERE id = $1`, last.ID)
		}},
		{"inserts", "another buyer orders between two pages", func(last query.Order) { s.insert(zzkBob, 700, last.CreatedAt) }},
		{"changes", "an order is changed between two pages", func(last query.Order) {
			s.exec(`UPDATE orders SET status = 2, version = 2, updated_at = now() WHERE buyer_id = $1`, zzkAnn)
		}},
	} {
		s.exec(`TRUNCATE orders, order_items`)
		var want []string
		for n := 19; n >= 0; n-- {
			want = append(want, s.insert(zzkAnn, 100+n, zzkNoon.Add(time.Duration(n)*time.Second)))
		}
		first := s.page("the first page of 20 orders", zzkAnn, nil, 5)
		if len(first) != 5 {
			zzkFail(s.t, "ordinary", "the ordinary case does not work yet: the first page of 20 orders", "5 orders", fmt.Sprint(len(first)), "nothing else works before this does")
		}
		last := first[len(first)-1]
		c.change(last)
		var got []string
		for _, order := range first {
			got = append(got, order.ID)
		}
		after := s.position(last)
		for len(got) <= 2*len(want) {
			page := s.page("the next page of 20 orders; "+c.name, zzkAnn, after, 5)
			if len(page) == 0 {
				break
			}
			for _, order := range page {
				got = append(got, order.ID)
			}
			after = s.position(page[len(page)-1])
		}
		if !slices.Equal(want, got) {
			zzkFail(s.t, c.failure, "20 orders in pages of 5; "+c.name, "each of the 20 on exactly one page, newest first", zzkDifference(want, got),
				"a page begins behind an order, wherever that order is now; the number of rows before it changes all the time")
		}
	}
}

// zzkDifference says which orders were lost or repeated.
func zzkDifference(want, got []string) string {
	seen := map[string]int{}
	for _, id := range got {
		seen[id]++
	}
	var lost, repeated, more []string
	for i, id := range want {
		switch {
		case seen[id] == 0:
			lost = append(lost, fmt.Sprint(i+1))
		case seen[id] > 1:
			repeated = append(repeated, fmt.Sprint(i+1))
		}
	}
	for _, id := range got {
		if !slices.Contains(want, id) {
			more = append(more, id)
		}
	}
	return fmt.Sprintf("%d orders; lost: [%s]; shown more than once: [%s]; %d that were not there before", len(got), strings.Join(lost, " "), strings.Join(repeated, " "), len(more))
}
