package rest_test

import (
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/platform/errs"
)

// zzRestKeyed is a request that a client can repeat, the call that it makes, and the key of that call.
type zzRestKeyed struct {
	request  zzRestRequest
	method   string
	optional bool
	key      func(asked proto.Message) string
}

func zzRestKeyedRequests() []zzRestKeyed {
	keyOf := func(asked proto.Message) string {
		return asked.(interface{ GetIdempotencyKey() string }).GetIdempotencyKey()
	}
	return []zzRestKeyed{
		{zzRestPost("/v1/orders", zzRestTea), "CreateOrder", false, keyOf},
		{zzRestPost(zzRestTopUps, zzRestFive), "TopUp", false, keyOf},
		{zzRestPost("/v1/stock/tea/adjustments", `{"delta":5}`), "AdjustStock", false, keyOf},
		{zzRestPost("/v1/orders/batch-cancel", `{"ids":["`+zzRestOrderID+`"]}`), "BatchCancelOrders", false, keyOf},
		{zzRestRequest{method: http.MethodDelete, target: "/v1/orders/" + zzRestOrderID}, "CancelOrder", true, keyOf},
	}
}

// zzRestReplays answers all of these requests, as the first or as a repetition.
func zzRestReplays(s *zzRestShop, replayed bool) {
	s.services.on("CreateOrder", func(proto.Message) (proto.Message, error) {
		return &orderv1.CreateOrderResponse{Order: zzRestOrder(zzRestOrderID), Replayed: replayed}, nil
	})
	s.services.on("CancelOrder", func(proto.Message) (proto.Message, error) {
		return &orderv1.CancelOrderResponse{Order: zzRestOrder(zzRestOrderID), Replayed: replayed}, nil
	})
	s.services.on("BatchCancelOrders", func(proto.Message) (proto.Message, error) {
		return &orderv1.BatchCancelOrdersResponse{Results: []*orderv1.OrderResult{{Id: zzRestOrderID, Order: zzRestOrder(zzRestOrderID)}}}, nil
	})
	s.services.on("AdjustStock", func(proto.Message) (proto.Message, error) {
		return &inventoryv1.AdjustStockResponse{Stock: &inventoryv1.Stock{Sku: "tea", Available: 5}, Replayed: replayed}, nil
	})
	s.services.on("TopUp", func(proto.Message) (proto.Message, error) {
		money := &walletv1.Money{MinorUnits: 500, Currency: "EUR"}
		return &walletv1.PaymentServiceTopUpResponse{
			Replayed: replayed, Wallet: &walletv1.Wallet{UserId: zzRestBuyer, Balance: money},
			TopUp: &walletv1.TopUp{
				Id: zzRestTopUpID, UserId: zzRestBuyer, Status: walletv1.TopUpStatus_TOP_UP_STATUS_BOOKED, Amount: money, CreatedAt: proto.CloneOf(&zzRestAt),
			},
		}, nil
	})
}

func TestZZRestKey(t *testing.T) {
	s := zzRestNew(t)
	zzRestReplays(s, false)
	const (
		needed = "without a key the client cannot repeat a request that got no answer: it would buy twice, or not at all"
		chosen = "two keys are no key: the services would see one of them, and a proxy perhaps the other"
		valid  = "services store the key, and refuse what is longer or not printable; the client should learn that from the field"
	)
	for _, keyed := range zzRestKeyedRequests() {
		for _, c := range []struct {
			id, why string
			keys    []string
		}{
			{"missing", needed, []string{}}, {"missing", needed, []string{""}},
			{"twice", chosen, []string{"k1", "k2"}}, {"twice", chosen, []string{"k1", "k1"}}, {"twice", chosen, []string{"k1", ""}},
			{"invalid", valid, []string{strings.Repeat("k", 129)}}, {"invalid", valid, []string{"schlüssel"}}, {"invalid", valid, []string{"k\xff"}}, {"invalid", valid, []string{"k\x00"}}, {"invalid", valid, []string{"k\tk"}},
		} {
			if keyed.optional && c.id == "missing" {
				continue
			}
			r := keyed.request
			r.keys = c.keys
			a := s.send(r)
			a.refused(c.id, http.StatusBadRequest, errs.InvalidInput, "INVALID_FIELDS", c.why)
			a.names(c.id, "the client must know what to correct", "Idempotency-Key")
			if c.id != "invalid" { // the description cannot be compared with headers that are no text
				a.described()
			}
		}
		for _, key := range []string{"k1", "K1", "k", strings.Repeat("k", 128), "order 17: ~!", "0199a1b2-0000-7000-8000-000000000001"} {
			r := keyed.request
			r.keys = []string{key}
			a := s.send(r)
			if got := keyed.key(a.called("passed", keyed.method, "1 to 128 printable ASCII characters are a key")); got != key {
				a.fail("passed", "the service gets the key "+key+", and not "+got, "the service recognizes a repetition by the key, as the client has written it")
			}
		}
		if keyed.optional {
			r := keyed.request
			r.keys = []string{}
			a := s.send(r)
			if got := keyed.key(a.called("optional", keyed.method, "a DELETE is safe to repeat without a key")); got != "" {
				a.fail("optional", "the service gets no key, and not "+got, "with an invented key all clients without one would share an answer")
			}
		}
	}
	zzRestRepetitions(s)
}

// zzRestRepetitions compares the answer to a repetition with that to the first request.
func zzRestRepetitions(s *zzRestShop) {
	s.t.Helper()
	const header = "Idempotency-Replayed"
	for _, keyed := range zzRestKeyedRequests() {
		zzRestReplays(s, false)
		first := s.send(keyed.request)
		if first.Result().Header.Values(header) != nil {
			first.fail("first", "no header "+header, "it says that nothing was done, and something was")
		}
		zzRestReplays(s, true)
		again := s.send(keyed.request)
		if keyed.method == "BatchCancelOrders" { // its answer does not say whether it is a repetition
			continue
		}
		if got := again.Result().Header.Values(header); len(got) != 1 || got[0] != "true" {
			again.fail("replayed", "the answer to a repetition has the header "+header+": true", "the client and the support see that the second click did not buy twice")
		}
		if again.Code != first.Code || again.Header().Get("Location") != first.Header().Get("Location") || again.Body.String() != first.Body.String() {
			again.fail("same", "the same answer as to the first request: "+first.String(), "a client that lost the first answer must get it, and not another one")
		}
		s.services.on(keyed.method, func(proto.Message) (proto.Message, error) {
			return nil, errs.New(errs.Conflict, "IDEMPOTENCY_KEY_REUSED", "the key was used for another request")
		})
		refused := s.send(keyed.request)
		refused.failure("same", http.StatusConflict, errs.Conflict, "IDEMPOTENCY_KEY_REUSED", zzRestProgramsRead)
		if refused.Result().Header.Values(header) != nil {
			refused.fail("first", "no header "+header, "it is not the answer of an earlier request")
		}
		refused.described()
	}
}
