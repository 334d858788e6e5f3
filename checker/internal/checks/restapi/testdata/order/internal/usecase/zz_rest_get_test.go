package usecase_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"shop/order/internal/query"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
)

// zzRestTable is the orders of two buyers. It returns them in another order than it was asked for, as a database does.
type zzRestTable struct {
	query.QueryService
	orders map[string]query.Order
	asked  [][]string
	broken error
}

// Orders implements query.QueryService.
func (q *zzRestTable) Orders(_ context.Context, ids ...string) ([]query.Order, error) {
	q.asked = append(q.asked, slices.Clone(ids))
	if q.broken != nil {
		return nil, q.broken
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(ids)))
	var found []query.Order
	for _, id := range sorted {
		if order, ok := q.orders[id]; ok {
			found = append(found, order)
		}
	}
	return found, nil
}

func zzRestNewTable() *zzRestTable {
	q := &zzRestTable{orders: map[string]query.Order{}}
	for n := range 120 {
		buyer := zzRestBuyer
		if n >= 110 {
			buyer = zzRestOther
		}
		q.orders[zzRestID(n)] = query.Order{ID: zzRestID(n), BuyerID: buyer, TotalMinor: int64(n)}
	}
	return q
}

// get runs the use case, and demands one call of the query at most.
func (q *zzRestTable) get(t *testing.T, caller dto.Caller, ids ...string) ([]dto.OrderResult, error) {
	t.Helper()
	q.asked = nil
	defer zzRestCrash(t, "BatchGetOrders")
	given := slices.Clone(ids)
	results, err := usecase.NewBatchGetOrders(q).Execute(t.Context(), caller, ids)
	if len(q.asked) > 1 {
		zzRestFail(t, zzRestFailure{"queries", fmt.Sprintf("a batch of %d ids", len(ids)), "one call of Orders", fmt.Sprintf("%d calls", len(q.asked)), "a query for each id makes a batch as slow as so many requests"})
	}
	if !slices.Equal(given, ids) {
		zzRestFail(t, zzRestFailure{"input", "the ids after Execute", fmt.Sprintf("%q", given), fmt.Sprintf("%q", ids), "they belong to the caller"})
	}
	return results, err
}

func TestZZRestGet(t *testing.T) {
	q := zzRestNewTable()
	mine := dto.Caller{UserID: zzRestBuyer}
	foreign, unknown, upper := zzRestID(115), zzRestID(999), strings.ToUpper(zzRestID(0xab))
	q.orders[zzRestID(0xab)] = query.Order{ID: zzRestID(0xab), BuyerID: zzRestBuyer, TotalMinor: 0xab}
	const (
		ok        = ""
		notFound  = "NOT_FOUND ORDER_NOT_FOUND"
		malformed = "INVALID_INPUT INVALID_ORDER_ID"
	)
	want := []zzRestWanted{
		{zzRestID(7), ok}, {"17", malformed}, {zzRestID(3), ok}, {unknown, notFound}, {foreign, notFound}, {"", malformed}, {upper, ok}, {zzRestID(7), ok}, {zzRestID(1), ok},
		{zzRestID(1) + "0", malformed}, {zzRestID(0xab), ok},
	}
	results, err := q.get(t, mine, zzRestIDs(want)...)
	zzRestCompare(t, "BatchGetOrders", results, err, want)
	for i, result := range results {
		if want[i].refusal != ok {
			continue
		}
		if id := strings.ToLower(want[i].id); result.Order.ID != id || result.Order.TotalMinor != q.orders[id].TotalMinor {
			zzRestFail(t, zzRestFailure{"order", fmt.Sprintf("the order of result %d, asked for as %s", i, want[i].id), "order " + id, fmt.Sprintf("%+v", result.Order), "the query returns orders in any order: each belongs to the place of its id"})
		}
	}
	const private = "an answer that differs tells a stranger that the order exists"
	other, strange := results[3].Err, results[4].Err
	if other.Code != strange.Code || strings.ReplaceAll(other.Message, unknown, "") != strings.ReplaceAll(strange.Message, foreign, "") {
		zzRestFail(t, zzRestFailure{"foreign", "an order of another buyer", "the same as for one that does not exist: " + other.Message, strange.Message, private})
	}
	results, err = q.get(t, dto.Caller{UserID: "someone", Admin: true}, foreign, zzRestID(1))
	zzRestCompare(t, "BatchGetOrders of an admin", results, err, []zzRestWanted{{foreign, ok}, {zzRestID(1), ok}})
	results, err = q.get(t, mine, "17", "")
	zzRestCompare(t, "BatchGetOrders with no valid id", results, err, []zzRestWanted{{"17", malformed}, {"", malformed}})
	zzRestGetSizes(t, q, mine)

	down := errors.New("connection refused")
	q.broken = fmt.Errorf("query: %w", down)
	results, err = q.get(t, mine, zzRestID(1), "17")
	if err == nil || !errors.Is(err, down) || results != nil {
		zzRestFail(t, zzRestFailure{"database", "a batch while the database is down", "no results, and an error that wraps that of the query", fmt.Sprintf("%d results, error %v", len(results), err), "nothing is known of any order: a batch full of NOT_FOUND would be a lie"})
	}
}

func zzRestGetSizes(t *testing.T, q *zzRestTable, mine dto.Caller) {
	t.Helper()
	many := func(n int) (want []zzRestWanted) {
		for i := range n {
			want = append(want, zzRestWanted{id: zzRestID((n - i) % 110)})
		}
		return want
	}
	for _, n := range []int{1, 99, 100} {
		results, err := q.get(t, mine, zzRestIDs(many(n))...)
		zzRestCompare(t, fmt.Sprintf("BatchGetOrders with %d ids", n), results, err, many(n))
	}
	same := slices.Repeat([]string{zzRestID(1)}, 101)
	for _, ids := range [][]string{nil, {}, zzRestIDs(many(101)), zzRestIDs(many(1000)), same} {
		results, err := q.get(t, mine, ids...)
		zzRestTooMany(t, "BatchGetOrders", ids, results, err)
		if len(q.asked) > 0 {
			zzRestFail(t, zzRestFailure{"size", fmt.Sprintf("a batch of %d ids", len(ids)), "no query", "a query", "the bound is there to save the work"})
		}
	}
}
