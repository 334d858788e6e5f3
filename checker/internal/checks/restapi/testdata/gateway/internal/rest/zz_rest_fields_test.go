package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/platform/errs"
)

const (
	zzRestAtLimit  = "the description allows this value: who sends it follows the rules"
	zzRestBeyond   = "the description does not allow this value: a service, or its database, would fail on it later"
	zzRestEachName = "a form shows the fault beside its field, and a client that learns of one fault per request needs as many requests as it has faults"
)

func TestZZRestFields(t *testing.T) {
	s := zzRestNew(t)
	zzRestBuying(s)
	for _, method := range []string{"ListOrders", "ListAllOrders", "ListEntries"} {
		s.services.on(method, func(proto.Message) (proto.Message, error) { return nil, nil })
	}
	zzRestOrderLimits(s)
	zzRestTopUpLimits(s)
	zzRestZeroTotal(s)
	zzRestAllFaults(s)
	zzRestAddresses(s)
}

func zzRestItems(n int, item string) string {
	return strings.TrimSuffix(strings.Repeat(item+",", n), ",")
}

func (s *zzRestShop) invalid(id, target, body, why string, fields ...string) {
	s.t.Helper()
	a := s.send(zzRestPost(target, body))
	a.refused(id, http.StatusBadRequest, errs.InvalidInput, "INVALID_FIELDS", why)
	if id != "all" {
		id, why = "names", "the client must know which field to correct, in the words of its own request"
	}
	a.names(id, why, fields...)
	a.described()
}

// zzRestOrderLimits tries each limit of an order, from both sides.
func zzRestOrderLimits(s *zzRestShop) {
	s.t.Helper()
	item := func(sku string, quantity int) string { return fmt.Sprintf(`{"sku":%q,"quantity":%d}`, sku, quantity) }
	order := func(items string) string { return `{"items":[` + items + `]}` }
	for _, items := range []string{
		item("t", 1), item(strings.Repeat("t", 64), 1), item(strings.Repeat("ü", 64), 1), item(strings.Repeat("茶", 64), 1), item("tea", 1_000_000), zzRestItems(100, item("tea", 1)),
	} {
		s.send(zzRestPost("/v1/orders", order(items))).called("limit", "CreateOrder", zzRestAtLimit)
	}
	for _, c := range []struct{ body, field string }{
		{`{}`, "items"}, {`{"items":null}`, "items"}, {`{"items":[]}`, "items"}, {order(zzRestItems(101, item("tea", 1))), "items"},
		{order(item("", 1)), "items[0].sku"}, {order(`{"quantity":1}`), "items[0].sku"}, {order(item(strings.Repeat("t", 65), 1)), "items[0].sku"},
		{order(item(strings.Repeat("ü", 65), 1)), "items[0].sku"},
		{order(item("tea", 0)), "items[0].quantity"}, {order(item("tea", -1)), "items[0].quantity"}, {order(item("tea", 1_000_001)), "items[0].quantity"},
		{order(`{"sku":"tea"}`), "items[0].quantity"},
		{order(zzRestItems(99, item("tea", 1)) + "," + item("tea", 0)), "items[99].quantity"},
	} {
		s.invalid("limit", "/v1/orders", c.body, zzRestBeyond, c.field)
	}
	for _, c := range []struct{ total, field string }{
		{`{"minor_units":-1,"currency":"EUR"}`, "expected_total.minor_units"}, {`{"minor_units":1,"currency":"eur"}`, "expected_total.currency"},
		{`{"minor_units":1,"currency":"EURO"}`, "expected_total.currency"}, {`{"minor_units":1,"currency":"EU"}`, "expected_total.currency"},
		{`{"minor_units":1,"currency":""}`, "expected_total.currency"}, {`{"minor_units":1}`, "expected_total.currency"},
	} {
		s.invalid("limit", "/v1/orders", `{"items":[{"sku":"tea","quantity":1}],"expected_total":`+c.total+`}`, zzRestBeyond, c.field)
	}
}

// zzRestTopUpLimits does the same for a top-up.
func zzRestTopUpLimits(s *zzRestShop) {
	s.t.Helper()
	for _, body := range []string{
		`{"minor_units":1,"currency":"EUR"}`, `{"minor_units":1,"currency":"USD","source":""}`, `{"minor_units":1,"currency":"EUR","source":"` + strings.Repeat("t", 64) + `"}`,
	} {
		s.send(zzRestPost(zzRestTopUps, body)).called("limit", "TopUp", zzRestAtLimit)
	}
	for _, c := range []struct{ body, field string }{
		{`{"minor_units":0,"currency":"EUR"}`, "minor_units"}, {`{"minor_units":-500,"currency":"EUR"}`, "minor_units"}, {`{"currency":"EUR"}`, "minor_units"},
		{`{"minor_units":1}`, "currency"}, {`{"minor_units":1,"currency":"Eur"}`, "currency"}, {`{"minor_units":1,"currency":"E R"}`, "currency"}, {`{"minor_units":1,"currency":"EU1"}`, "currency"},
		{`{"minor_units":1,"currency":"ÄÖÜ"}`, "currency"}, {`{"minor_units":1,"currency":"€"}`, "currency"}, {`{"minor_units":1,"currency":"EUR "}`, "currency"}, {`{"minor_units":1,"currency":"EUREUR"}`, "currency"},
		{`{"minor_units":1,"currency":"EUR","source":"` + strings.Repeat("t", 65) + `"}`, "source"},
	} {
		s.invalid("limit", zzRestTopUps, c.body, zzRestBeyond, c.field)
	}
	a := s.send(zzRestPost(zzRestTopUps, `{"minor_units":1,"currency":"USD","source":"tok_visa"}`))
	asked := a.called("limit", "TopUp", zzRestAtLimit).(*walletv1.PaymentServiceTopUpRequest)
	want := &walletv1.PaymentServiceTopUpRequest{Amount: &walletv1.Money{MinorUnits: 1, Currency: "USD"}, Source: "tok_visa", IdempotencyKey: "k1"}
	if !proto.Equal(asked, want) {
		a.fail("limit", fmt.Sprintf("the call %v, and not %v", want, asked), "the service gets what the client has sent")
	}
}

// zzRestZeroTotal tells an amount of zero from a missing one.
func zzRestZeroTotal(s *zzRestShop) {
	s.t.Helper()
	const why = "zero is an amount, and a missing one is not: a buyer who was shown 0 must not pay 500"
	for _, c := range []struct {
		total string
		want  *orderv1.Money
	}{
		{"", nil},
		{`,"expected_total":{"minor_units":0,"currency":"EUR"}`, &orderv1.Money{Currency: "EUR"}},
		{`,"expected_total":{"minor_units":900,"currency":"USD"}`, &orderv1.Money{MinorUnits: 900, Currency: "USD"}},
	} {
		a := s.send(zzRestPost("/v1/orders", `{"items":[{"sku":"cup","quantity":2}]`+c.total+`}`))
		asked := a.called("zero", "CreateOrder", why).(*orderv1.CreateOrderRequest)
		want := &orderv1.CreateOrderRequest{IdempotencyKey: "k1", Items: []*orderv1.NewOrderItem{{Sku: "cup", Quantity: 2}}, ExpectedTotal: c.want}
		if !proto.Equal(asked, want) {
			a.fail("zero", fmt.Sprintf("the call %v, and not %v", want, asked), why)
		}
	}
	s.invalid("zero", "/v1/orders", `{"items":[{"sku":"tea","quantity":1}],"expected_total":{"currency":"EUR"}}`, why, "expected_total.minor_units")
	s.invalid("zero", "/v1/orders", `{"items":[{"sku":"tea","quantity":1}],"expected_total":{"minor_units":null,"currency":"EUR"}}`, why, "expected_total.minor_units")
}

// zzRestAllFaults sends several faults at once.
func zzRestAllFaults(s *zzRestShop) {
	s.t.Helper()
	s.invalid("all", zzRestTopUps, `{}`, zzRestEachName, "minor_units", "currency")
	s.invalid("all", zzRestTopUps, `{"minor_units":-1,"currency":"e","source":"`+strings.Repeat("t", 65)+`"}`, zzRestEachName, "minor_units", "currency", "source")
	s.invalid("all", "/v1/orders", `{"items":[{}]}`, zzRestEachName, "items[0].sku", "items[0].quantity")
	s.invalid("all", "/v1/orders", `{"items":[],"expected_total":{}}`, zzRestEachName, "items", "expected_total.minor_units", "expected_total.currency")
	s.invalid("all", "/v1/orders", `{"items":[{"sku":"","quantity":0},{"sku":"tea","quantity":1},{"sku":"`+strings.Repeat("t", 65)+`","quantity":1000001}],
		"expected_total":{"minor_units":-1,"currency":"euro"}}`, zzRestEachName,
		"items[0].sku", "items[0].quantity", "items[2].sku", "items[2].quantity", "expected_total.minor_units", "expected_total.currency")
	put := zzRestRequest{method: http.MethodPut, target: "/v1/products/tea", body: `{"unit_price":{"currency":"eur"}}`}
	a := s.send(put)
	a.refused("all", http.StatusBadRequest, errs.InvalidInput, "INVALID_FIELDS", zzRestEachName)
	a.names("all", zzRestEachName, "name", "unit_price.minor_units", "unit_price.currency")
}

// zzRestAddresses has faults in the query and in the path, of structs that contain others.
func zzRestAddresses(s *zzRestShop) {
	s.t.Helper()
	const why = "the client knows its own names, and not those of the gateway's types"
	for _, c := range []struct {
		target string
		fields []string
	}{
		{"/v1/orders?page_size=-1&cursor=" + strings.Repeat("x", 1025), []string{"page_size", "cursor"}},
		{"/v1/admin/orders?page=0&page_size=-1&sort_by=id&status=NONE", []string{"page", "page_size", "sort_by", "status"}},
		{"/v1/wallets/me/entries", []string{"currency"}},
		{"/v1/wallets/me/entries?page_size=-1&currency=EURO", []string{"currency", "page_size"}},
		{"/v1/orders/17", []string{"id"}},
		{"/v1/admin/jobs/" + strings.Repeat("x", 65) + "/runs/17", []string{"name", "id"}},
	} {
		a := s.send(zzRestRequest{method: http.MethodGet, target: c.target})
		a.refused("address", http.StatusBadRequest, errs.InvalidInput, "INVALID_FIELDS", why)
		a.names("address", why, c.fields...)
	}
}
