package rest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/platform/errs"
)

const (
	zzRestTopUps  = "/v1/wallets/me/top-ups"
	zzRestTopUpID = "0199a1b2-0000-7000-8000-000000000001"
	zzRestOrderID = "0199a1b2-0000-7000-8000-00000000000f"
	zzRestTea     = `{"items":[{"sku":"tea","quantity":1}]}`
	zzRestFive    = `{"minor_units":500,"currency":"EUR"}`
	// zzRestLimit is the default of MAX_BODY_BYTES.
	zzRestLimit = 65536
)

var zzRestAt = timestamppb.Timestamp{Seconds: 1_780_000_000}

func zzRestOrder(id string) *orderv1.Order {
	return &orderv1.Order{
		Id: id, BuyerId: zzRestBuyer, Status: orderv1.OrderStatus_ORDER_STATUS_CANCELLED,
		Items: []*orderv1.OrderItem{{Sku: "tea", Quantity: 1, UnitPrice: 500}}, Total: &orderv1.Money{MinorUnits: 500, Currency: "EUR"},
		CreatedAt: proto.CloneOf(&zzRestAt), UpdatedAt: proto.CloneOf(&zzRestAt),
	}
}

// zzRestBuying answers orders and top-ups.
func zzRestBuying(s *zzRestShop) {
	s.services.on("CreateOrder", func(proto.Message) (proto.Message, error) {
		return &orderv1.CreateOrderResponse{Order: zzRestOrder(zzRestOrderID)}, nil
	})
	s.services.on("TopUp", func(asked proto.Message) (proto.Message, error) {
		amount := asked.(*walletv1.PaymentServiceTopUpRequest).GetAmount()
		return &walletv1.PaymentServiceTopUpResponse{
			Wallet: &walletv1.Wallet{UserId: zzRestBuyer, Balance: amount},
			TopUp: &walletv1.TopUp{
				Id: zzRestTopUpID, UserId: zzRestBuyer, Status: walletv1.TopUpStatus_TOP_UP_STATUS_BOOKED, Amount: amount, CreatedAt: proto.CloneOf(&zzRestAt),
			},
		}, nil
	})
}

func zzRestPost(target, body string) zzRestRequest {
	return zzRestRequest{method: http.MethodPost, target: target, body: body}
}

func TestZZRestBody(t *testing.T) {
	s := zzRestNew(t)
	zzRestBuying(s)
	zzRestAccepted(s)
	const one = "what follows the first value, or is missing from it, may be what the client cares for: half a request must move no money"
	for _, c := range []struct{ id, body string }{
		{"syntax", ""}, {"syntax", " \n"}, {"syntax", "{"}, {"syntax", `{"minor_units":500,"currency":"EUR"`}, {"syntax", `{'minor_units':500}`},
		{"syntax", `{"minor_units":500,"currency":"EUR",}`}, {"syntax", `{"minor_units":0500,"currency":"EUR"}`},
		{"syntax", "{\"minor_units\":500,\"currency\":\"E\nR\"}"}, {"syntax", "minor_units=500&currency=EUR"},
		{"syntax", "[]"}, {"syntax", "[" + zzRestFive + "]"}, {"syntax", "500"}, {"syntax", `"EUR"`}, {"syntax", "true"},
		{"trailing", zzRestFive + zzRestFive}, {"trailing", zzRestFive + "}"}, {"trailing", zzRestFive + "]"}, {"trailing", zzRestFive + " x"}, {"trailing", zzRestFive + "null"},
		{"trailing", zzRestFive + ","}, {"trailing", zzRestFive + "\x00"},
	} {
		a := s.send(zzRestPost(zzRestTopUps, c.body))
		a.refused(c.id, http.StatusBadRequest, errs.InvalidInput, "INVALID_JSON", one)
		a.hidesGo()
		a.described()
	}
	a := s.send(zzRestPost("/v1/stock/tea/adjustments", "null"))
	a.refused("syntax", http.StatusBadRequest, errs.InvalidInput, "", one)
	form := zzRestPost(zzRestTopUps, "minor_units=500&currency=EUR")
	form.contentType = "application/x-www-form-urlencoded"
	s.send(form).refused("content-type", http.StatusBadRequest, errs.InvalidInput, "INVALID_JSON", "the API takes JSON alone: a form has no types, and a second way in has no tests")
	zzRestKeys(s)
	zzRestTypes(s)
	zzRestSizes(s)
	zzRestBroken(s)
}

// zzRestAccepted sends bodies that are right, also where a strict decoder may be too strict.
func zzRestAccepted(s *zzRestShop) {
	s.t.Helper()
	a := s.send(zzRestPost(zzRestTopUps, zzRestFive))
	a.called("accepted", "TopUp", "the body is right")
	for _, body := range []string{" \n\t" + zzRestFive + "\r\n ", `{"currency":"\u0045UR","minor_units":500}`, `{"minor_unit\u0073":500,"currency":"EUR"}`} {
		s.send(zzRestPost(zzRestTopUps, body)).called("accepted", "TopUp", "white space, the order of keys and escapes have no meaning in JSON")
	}
	const two = `{"items":[{"sku":"tea","quantity":1},{"sku":"cup","quantity":2}],"expected_total":{"minor_units":900,"currency":"EUR"}}`
	s.send(zzRestPost("/v1/orders", two)).called("accepted", "CreateOrder", "a key may be in each of two objects")
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8", "nonsense"} {
		r := zzRestPost(zzRestTopUps, zzRestFive)
		r.contentType = contentType
		s.send(r).called("content-type", "TopUp", "the lesson says: the Content-Type of a request is not looked at. curl -d sends that of a form")
	}
	for _, amount := range []int64{9007199254740993, 9223372036854775807, 1} {
		a := s.send(zzRestPost(zzRestTopUps, fmt.Sprintf(`{"minor_units":%d,"currency":"EUR"}`, amount)))
		asked := a.called("digits", "TopUp", "the amount is within the range of int64").(*walletv1.PaymentServiceTopUpRequest)
		if got := asked.GetAmount().GetMinorUnits(); got != amount {
			a.fail("digits", fmt.Sprintf("the service gets %d, and not %d", amount, got), "a float64 has 53 bits: amounts beyond it change on their way")
		}
	}
}

// zzRestKeys sends keys that Go's decoder would ignore, or match loosely.
func zzRestKeys(s *zzRestShop) {
	s.t.Helper()
	const (
		unknown = "Go's decoder ignores what it does not know: the client believes that its field has an effect"
		loose   = "Go's decoder takes Currency for currency, and a proxy or a log in between does not: they see another request"
		twice   = "of two values Go's decoder takes the last, and other programs the first: who checks the request sees another amount than who books it"
	)
	for _, c := range []struct{ id, target, body, path, why string }{
		{"unknown", zzRestTopUps, `{"minor_units":500,"currency":"EUR","minor_unit":7}`, "minor_unit", unknown},
		{"unknown", zzRestTopUps, `{"minor_units":500,"currency":"EUR","note":null}`, "note", unknown},
		{"unknown", zzRestTopUps, `{"minor_units":500,"currency":"EUR","":1}`, "", unknown},
		{"unknown", zzRestTopUps, `{"minor_units":500,"currency":"EUR","say \"hi\"":1}`, `say "hi"`, unknown},
		{"unknown", zzRestTopUps, `{"minor_units":500,"currency":"EUR","user_id":"` + zzRestOrderID + `"}`, "user_id", unknown},
		{"unknown", "/v1/orders", `{"items":[{"sku":"tea","quantity":1},{"sku":"tea","quantity":1,"unit_price":1}]}`, "items.unit_price", unknown},
		{"unknown", "/v1/orders", `{"items":[{"sku":"tea","quantity":1}],"expected_total":{"minor_units":1,"currency":"EUR","exact":true}}`, "expected_total.exact", unknown},
		{"case", zzRestTopUps, `{"minor_units":500,"Currency":"EUR"}`, "Currency", loose},
		{"case", zzRestTopUps, `{"minor_units":500,"currency":"EUR","Minor_Units":7}`, "Minor_Units", loose},
		{"case", zzRestTopUps, `{"MinorUnits":500,"currency":"EUR"}`, "MinorUnits", loose},
		{"case", "/v1/orders", `{"items":[{"SKU":"tea","quantity":1}]}`, "items.SKU", loose},
		{"twice", zzRestTopUps, `{"minor_units":500,"currency":"EUR","minor_units":7}`, "minor_units", twice},
		{"twice", zzRestTopUps, `{"minor_units":500,"currency":"EUR","minor_units":500}`, "minor_units", twice},
		{"twice", zzRestTopUps, `{"minor_units":500,"currency":"EUR","minor_unit\u0073":7}`, "minor_units", twice},
		{"twice", "/v1/orders", `{"items":[{"sku":"tea","quantity":1,"quantity":2}]}`, "items.quantity", twice},
		{"twice", "/v1/orders", `{"items":[{"sku":"tea","quantity":1}],"expected_total":{"minor_units":1,"currency":"EUR","currency":"USD"}}`, "expected_total.currency", twice},
		{"twice", "/v1/orders", `{"items":[{"sku":"tea","quantity":1}],"items":[{"sku":"cup","quantity":1}]}`, "items", twice},
	} {
		a := s.send(zzRestPost(c.target, c.body))
		a.refused(c.id, http.StatusBadRequest, errs.InvalidInput, "INVALID_FIELDS", c.why)
		a.place(c.id, c.path)
		a.described()
	}
}

// place demands one field, with this path or the last part of it. Indices may be missing.
func (a *zzRestAnswer) place(id, path string) {
	a.shop.t.Helper()
	expected := fmt.Sprintf("one entry in fields, for %q", path)
	if len(a.body.Fields) != 1 || a.body.Fields[0].Message == "" {
		a.fail(id, expected, "the client must know which field to correct")
	}
	got := a.body.Fields[0].Field
	for i := range 3 {
		got = strings.ReplaceAll(got, fmt.Sprintf("[%d]", i), "")
	}
	if got != path && got != path[strings.LastIndex(path, ".")+1:] {
		a.fail(id, expected, "the client must know which field to correct")
	}
	a.hidesGo()
}

// zzRestTypes sends values of the wrong type.
func zzRestTypes(s *zzRestShop) {
	s.t.Helper()
	const why = "a value of another type must not be guessed at: \"5\" may be five cents or five euros"
	for _, c := range []struct{ target, body, path string }{
		{zzRestTopUps, `{"minor_units":"500","currency":"EUR"}`, "minor_units"},
		{zzRestTopUps, `{"minor_units":5.5,"currency":"EUR"}`, "minor_units"},
		{zzRestTopUps, `{"minor_units":9223372036854775808,"currency":"EUR"}`, "minor_units"},
		{zzRestTopUps, `{"minor_units":[500],"currency":"EUR"}`, "minor_units"},
		{zzRestTopUps, `{"minor_units":true,"currency":"EUR"}`, "minor_units"},
		{zzRestTopUps, `{"minor_units":500,"currency":978}`, "currency"},
		{zzRestTopUps, `{"minor_units":500,"currency":{"code":"EUR"}}`, "currency"},
		{"/v1/orders", `{"items":{"sku":"tea","quantity":1}}`, "items"},
		{"/v1/orders", `{"items":"tea"}`, "items"},
		{"/v1/orders", `{"items":[{"sku":"tea","quantity":1.5}]}`, "items.quantity"},
		{"/v1/orders", `{"items":[{"sku":"tea","quantity":1},{"sku":"tea","quantity":2147483648}]}`, "items.quantity"},
		{"/v1/orders", `{"items":[{"sku":["tea"],"quantity":1}]}`, "items.sku"},
		{"/v1/orders", `{"items":[{"sku":"tea","quantity":1}],"expected_total":5}`, "expected_total"},
		{"/v1/orders", `{"items":[{"sku":"tea","quantity":1}],"expected_total":{"minor_units":"5","currency":"EUR"}}`, "expected_total.minor_units"},
	} {
		a := s.send(zzRestPost(c.target, c.body))
		a.refused("type", http.StatusBadRequest, errs.InvalidInput, "INVALID_FIELDS", why)
		a.place("type", c.path)
		a.described()
	}
}

// zzRestSizes sends bodies around the limit.
func zzRestSizes(s *zzRestShop) {
	s.t.Helper()
	padded := func(size int) string { return zzRestFive + strings.Repeat(" ", size-len(zzRestFive)) }
	s.send(zzRestPost(zzRestTopUps, padded(zzRestLimit))).called("size", "TopUp", "MAX_BODY_BYTES is 65536, and so many bytes are allowed")
	for _, body := range []string{
		padded(zzRestLimit + 1), padded(4 * zzRestLimit), `{"currency":"` + strings.Repeat("x", 2*zzRestLimit), strings.Repeat("x", zzRestLimit+1), zzRestFive + padded(zzRestLimit),
	} {
		a := s.send(zzRestPost(zzRestTopUps, body))
		a.refused("size", http.StatusRequestEntityTooLarge, errs.InvalidInput, "BODY_TOO_LARGE", "413 says what to change; after INVALID_JSON the client looks for a fault that is not there")
		a.hidesGo()
		a.described()
	}
}

// zzRestBroken sends bodies whose connection ends too early.
func zzRestBroken(s *zzRestShop) {
	s.t.Helper()
	for _, begun := range []string{zzRestFive, zzRestFive[:12], ""} {
		r := zzRestPost(zzRestTopUps, begun)
		r.reader = io.MultiReader(strings.NewReader(begun), zzRestCut{})
		a := s.send(r)
		a.refused("broken", http.StatusBadRequest, errs.InvalidInput, "INVALID_JSON", "the connection broke before the end of the body: what came is not what the client has sent")
		if strings.Contains(a.Body.String(), "hunter2") {
			a.fail("leak", "an answer without the text of the error", "texts of errors are for the log")
		}
	}
}

// zzRestCut is the end of a broken connection.
type zzRestCut struct{}

func (zzRestCut) Read([]byte) (int, error) { return 0, errors.New("connection hunter2 reset by peer") }
