package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
)

// zzRestBatch is one of the two batches.
type zzRestBatch struct {
	path, method string
	most         int
}

var zzRestBatches = []zzRestBatch{{"/v1/orders/batch-get", "BatchGetOrders", 100}, {"/v1/orders/batch-cancel", "BatchCancelOrders", 50}}

func (b zzRestBatch) request(ids ...string) zzRestRequest {
	body, _ := json.Marshal(map[string][]string{"ids": ids})
	return zzRestPost(b.path, string(body))
}

// answers lets the service return these results.
func (b zzRestBatch) answers(s *zzRestShop, results ...*orderv1.OrderResult) {
	s.services.on(b.method, func(proto.Message) (proto.Message, error) {
		if b.method == "BatchGetOrders" {
			return &orderv1.BatchGetOrdersResponse{Results: results}, nil
		}
		return &orderv1.BatchCancelOrdersResponse{Results: results}, nil
	})
}

func zzRestID(n int) string { return fmt.Sprintf("22222222-2222-4222-8222-%012d", n) }

func TestZZRestBatch(t *testing.T) {
	s := zzRestNew(t)
	for _, batch := range zzRestBatches {
		zzRestResults(s, batch)
		zzRestBatchSizes(s, batch)
		zzRestWholeFailures(s, batch)
	}
	const key = "a batch that cancels must be safe to repeat, and one that reads is anyway"
	for _, batch := range zzRestBatches {
		batch.answers(s, &orderv1.OrderResult{Id: zzRestOrderID, Order: zzRestOrder(zzRestOrderID)})
		r := batch.request(zzRestOrderID)
		r.keys = []string{}
		a := s.send(r)
		if batch.method == "BatchGetOrders" {
			a.called("key", batch.method, key)
		}
	}
	cancel := zzRestBatches[1]
	a := s.send(cancel.request(zzRestOrderID))
	if asked := a.called("key", cancel.method, key).(*orderv1.BatchCancelOrdersRequest); asked.GetIdempotencyKey() != "k1" {
		a.fail("key", fmt.Sprintf("the service gets the key k1, and not %q", asked.GetIdempotencyKey()), key)
	}
}

// zzRestResults sends good and malformed ids, and gets results of every kind.
func zzRestResults(s *zzRestShop, batch zzRestBatch) {
	s.t.Helper()
	mine, foreign, upper := zzRestID(1), zzRestID(9), strings.ToUpper("0199a1b2-0000-7000-8000-00000000000f")
	ids := []string{foreign, "17", mine, "", upper, mine, "not an id"}
	batch.answers(s,
		&orderv1.OrderResult{Id: foreign, Code: 1001, Reason: "ORDER_NOT_FOUND", Message: "no such order"},
		&orderv1.OrderResult{Id: "17", Code: 1002, Reason: "INVALID_ORDER_ID", Message: "not a UUID"},
		&orderv1.OrderResult{Id: mine, Order: zzRestOrder(mine)},
		&orderv1.OrderResult{Id: "", Code: 1002, Reason: "INVALID_ORDER_ID", Message: "not a UUID"},
		&orderv1.OrderResult{Id: upper, Order: zzRestOrder(strings.ToLower(upper))},
		&orderv1.OrderResult{Id: mine, Order: zzRestOrder(mine)},
		&orderv1.OrderResult{Id: "not an id", Code: 1009, Reason: "IN_PROGRESS", Message: "not finished yet"},
	)
	order := func(id string) string { return strings.Replace(zzRestOrderJSON, zzRestOrderID, id, 1) }
	a := s.send(batch.request(ids...))
	const alone = "a malformed id is the fault of its item: the other six must not wait for the client to find it"
	zzRestPassedOn(a, batch, ids, "malformed", alone)
	zzRestSame(a, `{"code":0,"data":{"results":[
		{"id":"`+foreign+`","code":1001,"reason":"ORDER_NOT_FOUND","message":"no such order"},
		{"id":"17","code":1002,"reason":"INVALID_ORDER_ID","message":"not a UUID"},
		{"id":"`+mine+`","code":0,"order":`+order(mine)+`},
		{"id":"","code":1002,"reason":"INVALID_ORDER_ID","message":"not a UUID"},
		{"id":"`+upper+`","code":0,"order":`+order(strings.ToLower(upper))+`},
		{"id":"`+mine+`","code":0,"order":`+order(mine)+`},
		{"id":"not an id","code":1009,"reason":"IN_PROGRESS","message":"not finished yet"}]}}`)
	a.described()

	ids = []string{zzRestID(3), zzRestID(1), zzRestID(2)}
	var refusals []*orderv1.OrderResult
	var want []string
	for _, id := range ids {
		refusals = append(refusals, &orderv1.OrderResult{Id: id, Code: 1003, Reason: "NOT_CANCELLABLE", Message: "shipped"})
		want = append(want, `{"id":"`+id+`","code":1003,"reason":"NOT_CANCELLABLE","message":"shipped"}`)
	}
	batch.answers(s, refusals...)
	a = s.send(batch.request(ids...))
	zzRestPassedOn(a, batch, ids, "order", "the client finds its results by their places")
	zzRestSame(a, `{"code":0,"data":{"results":[`+strings.Join(want, ",")+`]}}`)
	a.described()
}

// zzRestPassedOn demands one call with all ids, as they were sent.
func zzRestPassedOn(a *zzRestAnswer, batch zzRestBatch, ids []string, id, why string) {
	a.shop.t.Helper()
	if len(a.calls) == 0 {
		a.fail(id, "one call of "+batch.method+" with all ids", why)
	}
	asked := a.called("calls", batch.method, "a call for each order makes a batch of 100 as slow as 100 requests, and it can be cut in the middle")
	got := asked.(interface{ GetIds() []string }).GetIds()
	if !slices.Equal(got, ids) {
		a.fail(id, fmt.Sprintf("the service gets the ids %q, and not %q", ids, got), why)
	}
}

// zzRestSame demands 200 and this body. A difference in the order of the results alone has a failure of its own.
func zzRestSame(a *zzRestAnswer, want string) {
	a.shop.t.Helper()
	const (
		partial = "the batch was done, and each item has its own result: an error for all would hide what has happened to the others"
		sorted  = "the client finds the result of an id by its place: two ids may be the same, and one may be empty"
		form    = "code is what a request for this order alone would have got, 0 for success; what an item does not have is left out"
	)
	if a.Code != http.StatusOK {
		a.fail("partial", "200", partial)
	}
	type document struct {
		Code *int
		Data struct{ Results []map[string]any }
	}
	var got, expected document
	zzRestOurs(a.shop.t, json.Unmarshal([]byte(want), &expected))
	if err := json.Unmarshal(a.Body.Bytes(), &got); err != nil || got.Code == nil || *got.Code != 0 || len(got.Data.Results) != len(expected.Data.Results) {
		a.fail("results", "body "+want, partial)
	}
	for i, result := range expected.Data.Results {
		other := got.Data.Results[i]
		if !reflect.DeepEqual(other["id"], result["id"]) {
			a.fail("order", fmt.Sprintf("result %d is that of %q, and not of %q", i, result["id"], other["id"]), sorted)
		}
		if !reflect.DeepEqual(other, result) {
			expected, _ := json.Marshal(result)
			seen, _ := json.Marshal(other)
			a.fail("results", fmt.Sprintf("result %d is %s, and not %s", i, expected, seen), form)
		}
	}
}

func zzRestBatchSizes(s *zzRestShop, batch zzRestBatch) {
	s.t.Helper()
	many := func(n int) (ids []string) {
		for i := range n {
			ids = append(ids, zzRestID(n-i))
		}
		return ids
	}
	const bound = "each id costs work: without a bound one request can cost as much as all others"
	for _, n := range []int{1, 2, batch.most} {
		var results []*orderv1.OrderResult
		for _, id := range many(n) {
			results = append(results, &orderv1.OrderResult{Id: id, Order: zzRestOrder(id)})
		}
		batch.answers(s, results...)
		a := s.send(batch.request(many(n)...))
		zzRestPassedOn(a, batch, many(n), "size", fmt.Sprintf("1 to %d ids are allowed", batch.most))
		a.described()
		var body struct {
			Data struct{ Results []struct{ ID string } }
		}
		zzRestOurs(s.t, json.Unmarshal(a.Body.Bytes(), &body))
		for i, id := range many(n) {
			if len(body.Data.Results) != n || body.Data.Results[i].ID != id {
				a.fail("order", fmt.Sprintf("%d results, in the order of the ids", n), "the client finds its results by their places")
			}
		}
	}
	for _, c := range []string{`{}`, `{"ids":null}`, `{"ids":[]}`, batch.request(many(batch.most + 1)...).body, batch.request(many(2 * batch.most)...).body} {
		a := s.send(zzRestPost(batch.path, c))
		a.refused("size", http.StatusBadRequest, errs.InvalidInput, "", bound)
	}
	for _, c := range []string{`{"ids":"` + zzRestOrderID + `"}`, `{"ids":[17]}`, `{"ids":{}}`, `{"ids":[["x"]]}`} {
		a := s.send(zzRestPost(batch.path, c))
		a.refused("size", http.StatusBadRequest, errs.InvalidInput, "", "a list of texts is the form of the batch, and not of an item")
	}
}

// zzRestWholeFailures has no result for any item.
func zzRestWholeFailures(s *zzRestShop, batch zzRestBatch) {
	s.t.Helper()
	for _, c := range []struct {
		code   errs.Code
		status int
	}{{errs.Unavailable, 503}, {errs.DeadlineExceeded, 504}, {errs.Conflict, 409}, {errs.Internal, 500}, {errs.RateLimited, 429}} {
		s.services.on(batch.method, func(proto.Message) (proto.Message, error) {
			return nil, errs.New(c.code, "SOME_REASON", "some message")
		})
		a := s.send(batch.request(zzRestID(1), zzRestID(2)))
		a.failure("whole", c.status, c.code, "SOME_REASON", "no item has a result: 200 says that the batch was done")
		a.described()
	}
}
