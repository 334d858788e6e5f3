package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"shop/gateway/internal/openapi"
	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/platform/errs"
)

const zzRestPutTea = `{"name":"Tea","unit_price":{"minor_units":490,"currency":"EUR"}}`

func zzRestPut(path string) zzRestRequest {
	return zzRestRequest{method: http.MethodPut, target: path, body: zzRestPutTea}
}

func TestZZRestCreated(t *testing.T) {
	s := zzRestNew(t)
	zzRestCreatedOrder(s)
	zzRestCreatedTopUp(s)
	zzRestCreatedProduct(s)
	zzRestDeleted(s)
	zzRestRefusals(s)
}

// zzRestSuccess is the status that the description has for the success of an operation. Orders are 202 from stage 2 on.
func zzRestSuccess(t *testing.T, method, path string) int {
	t.Helper()
	raw, err := openapi.JSON()
	zzRestOurs(t, err)
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	zzRestOurs(t, json.Unmarshal(raw, &document))
	var operation struct{ Responses map[string]any }
	zzRestOurs(t, json.Unmarshal(document.Paths[path][strings.ToLower(method)], &operation))
	for _, status := range []int{http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent} {
		if operation.Responses[fmt.Sprint(status)] != nil {
			return status
		}
	}
	t.Fatalf("no success of %s %s is described", method, path)
	return 0
}

// success demands the status, and the resource in the envelope.
func (a *zzRestAnswer) success(status int, data string) {
	a.shop.t.Helper()
	if a.Code != status {
		a.fail("status", fmt.Sprintf("status %d", status), "programs, caches and proxies read the status: 201 says that there is something new")
	}
	var got, want any
	zzRestOurs(a.shop.t, json.Unmarshal([]byte(data), &want))
	expected := fmt.Sprintf(`body {"code":0,"data":%s}`, data)
	const why = "every success of the gateway has the same form, with all fields of the resource"
	if a.noJSON != nil || a.body.Code == nil || *a.body.Code != 0 || a.body.Data == nil || json.Unmarshal(*a.body.Data, &got) != nil || !reflect.DeepEqual(got, want) {
		a.fail("body", expected, why)
	}
}

// located demands a Location and a resource at that address: the gateway calls the service for exactly this one.
func (a *zzRestAnswer) located(want, method string, asked proto.Message) {
	a.shop.t.Helper()
	const why = "Location is where the client reads what it has made. It must not have to build addresses itself"
	got := a.Result().Header.Values("Location")
	if len(got) != 1 || !strings.HasPrefix(got[0], "/v1/") || strings.ContainsAny(got[0], " ?#") {
		a.fail("location", "one Location, such as "+want, why)
	}
	followed := a.shop.send(zzRestRequest{method: http.MethodGet, target: got[0]})
	if len(followed.calls) != 1 || followed.calls[0].method != method || !proto.Equal(followed.calls[0].asked, asked) {
		a.fail("location", "a Location such as "+want+", with which GET arrives at the same resource", why)
	}
}

// unlocated demands an answer without Location.
func (a *zzRestAnswer) unlocated(why string) {
	a.shop.t.Helper()
	if a.Result().Header.Values("Location") != nil {
		a.fail("location", "no Location", why)
	}
}

const zzRestOrderJSON = `{"id":"` + zzRestOrderID + `","buyer_id":"` + zzRestBuyer + `","status":"CANCELLED","items":[{"sku":"tea","quantity":1,"unit_price":500}],
	"total":{"minor_units":500,"currency":"EUR"},"cancel_reason":"","created_at":"2026-05-28T20:26:40Z","updated_at":"2026-05-28T20:26:40Z"}`

func zzRestCreatedOrder(s *zzRestShop) {
	s.t.Helper()
	zzRestBuying(s)
	a := s.send(zzRestPost("/v1/orders", `{"items":[{"sku":"tea","quantity":1},{"sku":"cup","quantity":2}],"expected_total":{"minor_units":900,"currency":"EUR"}}`))
	a.success(zzRestSuccess(s.t, http.MethodPost, "/v1/orders"), zzRestOrderJSON)
	asked := a.called("call", "CreateOrder", "one purchase is one call")
	want := &orderv1.CreateOrderRequest{
		IdempotencyKey: "k1", Items: []*orderv1.NewOrderItem{{Sku: "tea", Quantity: 1}, {Sku: "cup", Quantity: 2}}, ExpectedTotal: &orderv1.Money{MinorUnits: 900, Currency: "EUR"},
	}
	if !proto.Equal(asked, want) {
		a.fail("call", fmt.Sprintf("the call %v, and not %v", want, asked), "the service gets what the client has sent")
	}
	a.located("/v1/orders/"+zzRestOrderID, "GetOrder", &orderv1.GetOrderRequest{Id: zzRestOrderID})
	a.described()
}

func zzRestCreatedTopUp(s *zzRestShop) {
	s.t.Helper()
	zzRestBuying(s)
	a := s.send(zzRestPost(zzRestTopUps, `{"minor_units":700,"currency":"USD","source":"tok_visa"}`))
	a.success(http.StatusCreated, `{"user_id":"`+zzRestBuyer+`","balance":{"minor_units":700,"currency":"USD"},"top_up":{"id":"`+zzRestTopUpID+`","status":"BOOKED",
		"amount":{"minor_units":700,"currency":"USD"},"failure_reason":"","created_at":"2026-05-28T20:26:40Z"}}`)
	asked := a.called("call", "TopUp", "one top-up is one call")
	want := &walletv1.PaymentServiceTopUpRequest{Amount: &walletv1.Money{MinorUnits: 700, Currency: "USD"}, Source: "tok_visa", IdempotencyKey: "k1"}
	if !proto.Equal(asked, want) {
		a.fail("call", fmt.Sprintf("the call %v, and not %v", want, asked), "the service gets what the client has sent")
	}
	a.located(zzRestTopUps+"/"+zzRestTopUpID, "GetTopUp", &walletv1.GetTopUpRequest{Id: zzRestTopUpID})
	a.described()
}

func zzRestCreatedProduct(s *zzRestShop) {
	s.t.Helper()
	created := true
	s.services.on("PutProduct", func(asked proto.Message) (proto.Message, error) {
		in := asked.(*inventoryv1.PutProductRequest)
		return &inventoryv1.PutProductResponse{
			Created: created, Product: &inventoryv1.Product{Sku: in.GetSku(), Name: in.GetName(), UnitPrice: in.GetUnitPrice(), Version: 1},
		}, nil
	})
	for _, c := range []struct{ path, sku string }{
		{"tea", "tea"}, {"tea%2Fgreen", "tea/green"}, {"50%25", "50%"}, {"50%252F", "50%2F"}, {"a%20b", "a b"}, {"a+b", "a+b"}, {"a%3Fb%23c", "a?b#c"}, {"gr%C3%BCn", "grün"},
	} {
		sku, err := json.Marshal(c.sku)
		zzRestOurs(s.t, err)
		data := `{"sku":` + string(sku) + `,"name":"Tea","unit_price":{"minor_units":490,"currency":"EUR"}}`
		created = true
		a := s.send(zzRestPut("/v1/products/" + c.path))
		a.success(http.StatusCreated, data)
		asked := a.called("call", "PutProduct", "one product is one call")
		want := &inventoryv1.PutProductRequest{Sku: c.sku, Name: "Tea", UnitPrice: &inventoryv1.Money{MinorUnits: 490, Currency: "EUR"}}
		if !proto.Equal(asked, want) {
			a.fail("call", fmt.Sprintf("the call %v, and not %v", want, asked), "the service gets what the client has sent")
		}
		a.located("/v1/products/"+c.path, "GetProducts", &inventoryv1.GetProductsRequest{Skus: []string{c.sku}})
		a.described()

		created = false
		replaced := s.send(zzRestPut("/v1/products/" + c.path))
		replaced.success(http.StatusOK, data)
		replaced.unlocated("nothing was created: a client that counts its products by 201 and Location counts one too many")
		replaced.described()
	}
	free := zzRestPut("/v1/products/tea")
	free.body = `{"name":"Tea","unit_price":{"minor_units":0,"currency":"EUR"}}`
	a := s.send(free)
	if asked := a.called("call", "PutProduct", "0 is a price").(*inventoryv1.PutProductRequest); asked.GetUnitPrice().GetMinorUnits() != 0 || asked.GetUnitPrice().GetCurrency() != "EUR" {
		a.fail("call", fmt.Sprintf("a price of 0 EUR, and not %v", asked), "0 is a price")
	}
}

func zzRestDeleted(s *zzRestShop) {
	s.t.Helper()
	for _, replayed := range []bool{false, true} {
		zzRestReplays(s, replayed)
		a := s.send(zzRestRequest{method: http.MethodDelete, target: "/v1/orders/" + zzRestOrderID})
		if a.Code != http.StatusNoContent || a.Body.Len() > 0 {
			a.fail("no-content", "204 without a body", "there is nothing to say; a body after 204 is read as the beginning of the next answer by some clients")
		}
		asked := a.called("call", "CancelOrder", "one cancellation is one call")
		want := &orderv1.CancelOrderRequest{Id: zzRestOrderID, IdempotencyKey: "k1"}
		if !proto.Equal(asked, want) {
			a.fail("call", fmt.Sprintf("the call %v, and not %v", want, asked), "the service gets what the client has sent")
		}
		a.unlocated("nothing was created")
		a.described()
	}
	for _, id := range []string{"17", "%ff", zzRestOrderID + "0"} {
		a := s.send(zzRestRequest{method: http.MethodDelete, target: "/v1/orders/" + id})
		a.refused("no-content", http.StatusBadRequest, errs.InvalidInput, "", "a malformed id is refused before it costs a call")
	}
}

// zzRestRefusals lets the services refuse each of these requests, and fail.
func zzRestRefusals(s *zzRestShop) {
	s.t.Helper()
	requests := map[string]zzRestRequest{
		"CreateOrder": zzRestPost("/v1/orders", zzRestTea), "TopUp": zzRestPost(zzRestTopUps, zzRestFive), "PutProduct": zzRestPut("/v1/products/tea"),
		"CancelOrder": {method: http.MethodDelete, target: "/v1/orders/" + zzRestOrderID},
	}
	for _, method := range []string{"CreateOrder", "TopUp", "PutProduct", "CancelOrder"} {
		for _, c := range []struct {
			code   errs.Code
			status int
		}{
			{errs.NotFound, 404}, {errs.InvalidInput, 400}, {errs.Precondition, 409}, {errs.Unauthorized, 401}, {errs.Forbidden, 403}, {errs.Conflict, 409}, {errs.RateLimited, 429},
			{errs.AlreadyExists, 409}, {errs.Aborted, 409}, {errs.Internal, 500}, {errs.Unavailable, 503}, {errs.DeadlineExceeded, 504},
		} {
			s.services.on(method, func(proto.Message) (proto.Message, error) {
				return nil, errs.Wrap(fmt.Errorf("password hunter2"), c.code, "SOME_REASON", "some message")
			})
			a := s.send(requests[method])
			a.failure("refusal", c.status, c.code, "SOME_REASON", zzRestProgramsRead)
			if a.body.Message != "some message" || strings.Contains(a.Body.String(), "hunter2") {
				a.fail("refusal", "the message of the service, without the cause of the error", "the cause is for the log")
			}
			a.unlocated("nothing was created: a client that follows it finds nothing, or something old")
			a.called("refusal", method, "the client decides whether to repeat")
			a.described()
		}
	}
}
