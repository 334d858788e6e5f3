package usecase_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"shop/order/internal/query"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/config"
	"shop/platform/errs"
	"shop/platform/pagination"
)

var zzlNoon = time.Date(2026, 5, 1, 12, 0, 0, 123456000, time.UTC)

// zzlOrders is a query service whose buyers have orders, newest first. It notes what it is asked for.
type zzlOrders struct {
	query.QueryService
	of    map[string][]query.Order
	fails error
	asked []zzlQuestion
}

type zzlQuestion struct {
	buyer  string
	after  *query.Position
	limit  int
	caller any
}

// zzlCaller is in the context of a call of Execute.
type zzlCaller struct{}

func zzlContext() context.Context {
	return context.WithValue(context.Background(), zzlCaller{}, "the caller")
}

func (o *zzlOrders) OrdersOf(ctx context.Context, buyer string, after *query.Position, limit int) ([]query.Order, error) {
	o.asked = append(o.asked, zzlQuestion{buyer, after, limit, ctx.Value(zzlCaller{})})
	if o.fails != nil {
		return nil, o.fails
	}
	orders := o.of[buyer]
	if after != nil {
		for len(orders) > 0 && !zzlBehind(orders[0], after) {
			orders = orders[1:]
		}
	}
	return slices.Clone(orders[:min(limit, len(orders))]), nil
}

func zzlBehind(order query.Order, after *query.Position) bool {
	return order.CreatedAt.Before(after.CreatedAt) || order.CreatedAt.Equal(after.CreatedAt) && order.ID < after.ID
}

// Mark and Recently make it what later stages ask whether a buyer has just changed something.
func (o *zzlOrders) Mark(context.Context, string)          {}
func (o *zzlOrders) Recently(context.Context, string) bool { return true }

// add gives a buyer orders; three at a time have the same microsecond.
func (o *zzlOrders) add(buyer string, n int) {
	if o.of == nil {
		o.of = map[string][]query.Order{}
	}
	for i := range n {
		o.of[buyer] = append(o.of[buyer], query.Order{
			ID: fmt.Sprintf("%s-%03d", buyer, n-i), BuyerID: buyer, CreatedAt: zzlNoon.Add(-time.Duration(i/3) * time.Microsecond),
		})
	}
}

func zzlSigner() *pagination.Signer {
	return pagination.NewSigner(pagination.Config{Secret: config.Secret("0123456789abcdef")})
}

// zzlList makes the use case, whatever else the constructor of this stage wants.
func zzlList(t *testing.T, orders *zzlOrders) *usecase.ListOrders {
	t.Helper()
	constructor := reflect.ValueOf(usecase.NewListOrders)
	var arguments []reflect.Value
	for i := range constructor.Type().NumIn() {
		wanted := constructor.Type().In(i)
		switch {
		case reflect.TypeOf(orders).AssignableTo(wanted):
			arguments = append(arguments, reflect.ValueOf(orders))
		case reflect.TypeFor[*pagination.Signer]().AssignableTo(wanted):
			arguments = append(arguments, reflect.ValueOf(zzlSigner()))
		default:
			arguments = append(arguments, reflect.Zero(wanted))
		}
	}
	list, ok := constructor.Call(arguments)[0].Interface().(*usecase.ListOrders)
	if !ok {
		t.Skip("NewListOrders returns no *ListOrders")
	}
	return list
}

func zzlFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func TestZZListPages(t *testing.T) {
	zzlAll(t)
	zzlSizes(t)
	zzlCursors(t)
	zzlErrors(t)
}

// zzlAll reads lists of several lengths to their end.
func zzlAll(t *testing.T) {
	t.Helper()
	for _, n := range []int{0, 1, 3, 4, 5, 8, 9, 23} {
		const size = 4
		orders := &zzlOrders{}
		orders.add("ann", n)
		orders.add("bob", 50)
		list := zzlList(t, orders)
		var seen []string
		cursor := ""
		for page := 1; ; page++ {
			orders.asked = nil
			out, err := list.Execute(zzlContext(), dto.ListOrders{Caller: dto.Caller{UserID: "ann"}, Size: size, Cursor: cursor})
			what := fmt.Sprintf("page %d of %d orders in pages of %d", page, n, size)
			if err != nil {
				zzlFail(t, "ordinary", "the ordinary case does not work yet: "+what, "no error", fmt.Sprintf("the error %q", err), "nothing else works before this does")
			}
			zzlQueries(t, orders, what, size)
			for _, order := range out.Orders {
				seen = append(seen, order.ID)
			}
			left := max(n-page*size, 0)
			if want := min(size, n-(page-1)*size); len(out.Orders) != want {
				zzlFail(t, "rows", what+" has the wrong number of orders", fmt.Sprint(want), fmt.Sprint(len(out.Orders)), "rows are lost, or shown twice")
			}
			if (out.Next != "") != (left > 0) {
				zzlFail(t, "next", what+": the cursor of the next page is wrong", fmt.Sprintf("%d orders are left: a cursor: %t", left, left > 0), fmt.Sprintf("the cursor %q", out.Next),
					"a full page is not always followed by another one: the client asks for an empty page, or misses the rest")
			}
			if cursor = out.Next; cursor == "" {
				break
			}
		}
		for i, id := range seen {
			if want := orders.of["ann"][i].ID; id != want {
				zzlFail(t, "rows", fmt.Sprintf("%d orders in pages of %d, three of them in each microsecond", n, size), fmt.Sprintf("order %d is %s", i+1, want), id,
					"the next page begins behind the last order that was shown: by its time, in microseconds, and its id")
			}
		}
	}
}

// zzlQueries looks at what the use case has asked for.
func zzlQueries(t *testing.T, orders *zzlOrders, what string, size int) {
	t.Helper()
	if len(orders.asked) != 1 || orders.asked[0].limit > size+1 {
		zzlFail(t, "queries", what, fmt.Sprintf("one query, for at most %d orders", size+1), zzlAsked(orders.asked),
			"one order more than the page tells whether there is a next page; a count or a second query costs as much as the page")
	}
	if orders.asked[0].caller == nil {
		zzlFail(t, "context", what, "OrdersOf gets the context of the caller", "another context", "the query of a caller that has left goes on, and its trace and its transaction are lost")
	}
	if orders.asked[0].buyer != "ann" {
		zzlFail(t, "other-buyer", what, "the orders of ann, who asks", "the orders of "+orders.asked[0].buyer, "a buyer sees their own orders and no others")
	}
}

// zzlAsked writes down what OrdersOf was asked for.
func zzlAsked(asked []zzlQuestion) string {
	text := fmt.Sprintf("%d queries", len(asked))
	for _, q := range asked {
		text += fmt.Sprintf("; %d orders of %s", q.limit, q.buyer)
		if q.after != nil {
			text += fmt.Sprintf(" behind %s of %s", q.after.ID, q.after.CreatedAt.Format(time.RFC3339Nano))
		}
	}
	return text
}

func zzlSizes(t *testing.T) {
	t.Helper()
	orders := &zzlOrders{}
	orders.add("ann", 300)
	list := zzlList(t, orders)
	for asked, want := range map[int32]int{0: 20, -3: 20, 1: 1, 100: 100, 101: 100, 1 << 30: 100} {
		orders.asked = nil
		out, err := list.Execute(zzlContext(), dto.ListOrders{Caller: dto.Caller{UserID: "ann"}, Size: asked})
		if err != nil || len(out.Orders) != want {
			zzlFail(t, "size", fmt.Sprintf("a page of size %d", asked), fmt.Sprintf("%d orders", want), fmt.Sprintf("%d orders, and the error %v", len(out.Orders), err), "no client chooses a page without an end")
		}
		if out.Next == "" {
			zzlFail(t, "next", fmt.Sprintf("the first page of 300 orders, of size %d", asked), "a cursor", "none", "the client misses the rest")
		}
		zzlQueries(t, orders, fmt.Sprintf("a page of size %d", asked), want)
	}
}

// zzlCursors uses cursors where they do not belong.
func zzlCursors(t *testing.T) {
	t.Helper()
	orders := &zzlOrders{}
	orders.add("ann", 10)
	orders.add("bob", 10)
	list := zzlList(t, orders)
	first, err := list.Execute(zzlContext(), dto.ListOrders{Caller: dto.Caller{UserID: "ann"}, Size: 3})
	if err != nil || first.Next == "" {
		zzlFail(t, "ordinary", "the first of several pages", "a cursor", fmt.Sprintf("the error %v", err), "nothing else works before this does")
	}
	bobs, err := list.Execute(zzlContext(), dto.ListOrders{Caller: dto.Caller{UserID: "bob"}, Size: 3})
	if err != nil {
		zzlFail(t, "ordinary", "the first page of another buyer", "no error", fmt.Sprint(err), "nothing else works before this does")
	}
	place := query.Position{CreatedAt: zzlNoon, ID: "ann-005"}
	type refused struct{ failure, what, cursor string }
	cursors := []refused{
		{"other-buyer", "the cursor of another buyer", bobs.Next},
		{"other-list", "a cursor that this service has signed for another list of the same buyer", zzlSign(t, "entries sort=created_at,id:desc buyer=ann", place)},
		{"forged", "a text that is no cursor", "AAAA"},
		{"forged", "a changed cursor", "A" + first.Next},
	}
	for what, scopes := range map[string][]string{
		"the buyer alone":                   {"ann", "buyer=ann", "buyer:ann", "buyer/ann", "buyer ann", "buyer_id=ann", "owner=ann", "owner:ann", "user=ann", "user:ann"},
		"the list and the buyer":            {"orders buyer=ann", "orders:ann", "orders/ann", "orders|ann", "orders-ann", "orders_ann", "orders.ann", "orders ann", "orders of ann", "list_orders:ann", "orders:buyer:ann", "orders:buyer=ann", "orders?buyer=ann"},
		"the sort order and the buyer":      {"sort=created_at,id:desc buyer=ann", "created_at,id:desc:ann", "created_at desc, id desc:ann"},
		"the list alone, or nothing (\"\")": {"", "orders", "list_orders"},
	} {
		for _, scope := range scopes {
			cursors = append(cursors, refused{"other-list", "a cursor whose scope is " + what, zzlSign(t, scope, place)})
		}
	}
	for _, c := range cursors {
		orders.asked = nil
		out, err := list.Execute(zzlContext(), dto.ListOrders{Caller: dto.Caller{UserID: "ann"}, Size: 3, Cursor: c.cursor})
		if errs.CodeOf(err) != errs.InvalidInput {
			zzlFail(t, c.failure, "a page is asked for with "+c.what, "an error with the code errs.InvalidInput", fmt.Sprintf("%d orders, and the error %v", len(out.Orders), err),
				"a cursor is good for one list, with its order and its filters, and for one owner")
		}
		if len(orders.asked) > 0 {
			zzlFail(t, c.failure, "a page is asked for with "+c.what, "no query", zzlAsked(orders.asked), "what is refused costs nothing")
		}
	}
	for _, size := range []int32{1, 5} {
		other, err := list.Execute(zzlContext(), dto.ListOrders{Caller: dto.Caller{UserID: "ann"}, Size: size, Cursor: first.Next})
		if err != nil || len(other.Orders) != int(size) || other.Orders[0].ID != orders.of["ann"][3].ID {
			zzlFail(t, "size", fmt.Sprintf("the first page has 3 orders, the second page %d", size), fmt.Sprintf("%d orders, from the fourth on", size),
				fmt.Sprintf("%d orders, and the error %v", len(other.Orders), err), "a cursor is a place, and not the number of a page")
		}
	}
}

func zzlSign(t *testing.T, scope string, place any) string {
	t.Helper()
	cursor, err := zzlSigner().Encode(scope, place)
	if err != nil {
		zzlFail(t, "ordinary", "Encode of a place", "a cursor", fmt.Sprint(err), "nothing else works before this does")
	}
	return cursor
}

func zzlErrors(t *testing.T) {
	t.Helper()
	orders := &zzlOrders{}
	orders.add("ann", 10)
	list, cursor := zzlList(t, orders), ""
	for _, what := range []string{"the query of the first page fails", "the query of the second page fails"} {
		orders.fails = errors.New("the database is away")
		if out, err := list.Execute(zzlContext(), dto.ListOrders{Caller: dto.Caller{UserID: "ann"}, Size: 3, Cursor: cursor}); !errors.Is(err, orders.fails) {
			zzlFail(t, "error", what, "its error, in the chain", fmt.Sprintf("%d orders, and the error %v", len(out.Orders), err), "an empty list says that the buyer has no orders")
		}
		orders.fails = nil
		page, err := list.Execute(zzlContext(), dto.ListOrders{Caller: dto.Caller{UserID: "ann"}, Size: 3})
		if err != nil {
			zzlFail(t, "ordinary", "the first page of 10 orders", "no error", fmt.Sprint(err), "nothing else works before this does")
		}
		cursor = page.Next
	}
}
