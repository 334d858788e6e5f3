package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const someID = "22222222-2222-4222-8222-222222222222"

// everyField has a request for each operation that calls a service, with all fields that a client can send.
var everyField = []struct{ operation, target, body string }{
	{"POST /v1/orders", "/v1/orders", teaForFive},
	{"GET /v1/orders", "/v1/orders?page_size=7&cursor=c1", ""},
	{"GET /v1/orders/{id}", "/v1/orders/" + someID, ""},
	{"DELETE /v1/orders/{id}", "/v1/orders/" + someID, ""},
	{"POST /v1/orders/batch-get", "/v1/orders/batch-get", `{"ids":["` + someID + `"]}`},
	{"POST /v1/orders/batch-cancel", "/v1/orders/batch-cancel", `{"ids":["` + someID + `"]}`},
	{"GET /v1/admin/orders", "/v1/admin/orders?page=2&page_size=7&sort_by=-total&status=PAID", ""},
	{"POST /v1/admin/jobs/{name}/runs", "/v1/admin/jobs/daily_sales_report/runs", `{"window":"2026-01-05"}`},
	{"GET /v1/admin/jobs/{name}/runs", "/v1/admin/jobs/daily_sales_report/runs?page=2&page_size=7", ""},
	{"GET /v1/admin/jobs/{name}/runs/{id}", "/v1/admin/jobs/daily_sales_report/runs/" + someID, ""},
	{"POST /v1/admin/jobs/{name}/backfills", "/v1/admin/jobs/daily_sales_report/backfills", `{"from":"2026-01-05","to":"2026-01-06"}`},
	{"POST /v1/orders/{id}/ship", "/v1/orders/" + someID + "/ship", ""},
	{"GET /v1/products", "/v1/products?page_size=7&cursor=c1", ""},
	{"GET /v1/products/{sku}", "/v1/products/tea", ""},
	{"PUT /v1/products/{sku}", "/v1/products/tea", `{"name":"Tea","unit_price":{"minor_units":490,"currency":"EUR"}}`},
	{"GET /v1/stock/{sku}", "/v1/stock/tea", ""},
	{"POST /v1/stock/{sku}/adjustments", "/v1/stock/tea/adjustments", `{"delta":5}`},
	{"GET /v1/wallets/me", "/v1/wallets/me?currency=EUR", ""},
	{"GET /v1/wallets/me/balances/{currency}", "/v1/wallets/me/balances/EUR", ""},
	{"GET /v1/wallets/me/entries", "/v1/wallets/me/entries?currency=EUR&page_size=7&cursor=c1", ""},
	{"POST /v1/wallets/me/top-ups", "/v1/wallets/me/top-ups", `{"minor_units":5,"currency":"EUR","source":"tok_visa"}`},
	{"GET /v1/wallets/me/top-ups/{id}", "/v1/wallets/me/top-ups/" + someID, ""},
}

// internalFields are not sent to clients: versions are for locks, and a top-up below /me belongs to the caller.
var internalFields = []protoreflect.FullName{
	"order.v1.Order.version", "wallet.v1.Wallet.version", "inventory.v1.Stock.version", "inventory.v1.Product.version",
	"inventory.v1.PutProductResponse.created", // the status 201
	"wallet.v1.TopUp.user_id",
}

func TestMapping_EveryFieldReachesTheOtherSide(t *testing.T) {
	t.Parallel()
	covered := []string{"GET /livez", "GET /readyz", "GET /openapi.json", "POST /v1/login", "GET /v1/orders/{id}/events"}
	for _, request := range everyField {
		covered = append(covered, request.operation)
		g, services := newFullResponseGateway(t)
		method, _, _ := strings.Cut(request.operation, " ")

		a := g.do(method, request.target, request.body)

		if !assert.Less(t, a.Code, 300, "%s: %s", request.operation, a.Body) {
			continue
		}
		assert.Empty(t, empty(services.request.ProtoReflect()), "%s: not sent to the service", request.operation)
		if a.Code != http.StatusNoContent {
			assert.Empty(t, unseen(services.response.ProtoReflect(), a), "%s: not sent to the client: %s", request.operation, a.Body)
		}
	}
	assert.ElementsMatch(t, contract.Operations(), covered, "each operation needs a row in everyField")
}

// empty returns the fields that are not set, also those of messages inside.
func empty(m protoreflect.Message) (missing []protoreflect.FullName) {
	for i := range m.Descriptor().Fields().Len() {
		field := m.Descriptor().Fields().Get(i)
		switch {
		case !m.Has(field):
			missing = append(missing, field.FullName())
		case field.Message() != nil && field.IsList():
			missing = append(missing, empty(m.Get(field).List().Get(0).Message())...)
		case field.Message() != nil:
			missing = append(missing, empty(m.Get(field).Message())...)
		}
	}
	return missing
}

// unseen returns the fields whose value is neither in the body nor in a header.
func unseen(m protoreflect.Message, a answer) (missing []protoreflect.FullName) {
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.IsList() {
			value = value.List().Get(0)
		}
		switch {
		case slices.Contains(internalFields, field.FullName()):
		case field.Message() != nil && field.Message().FullName() != "google.protobuf.Timestamp":
			missing = append(missing, unseen(value.Message(), a)...)
		case !strings.Contains(a.Body.String()+fmt.Sprint(a.Header()), written(field, value)):
			missing = append(missing, field.FullName())
		}
		return true
	})
	return missing
}

// written returns the value as it is in JSON.
func written(field protoreflect.FieldDescriptor, value protoreflect.Value) string {
	switch field.Kind() {
	case protoreflect.EnumKind:
		name := string(field.Enum().Values().ByNumber(value.Enum()).Name())
		prefix := strings.TrimSuffix(string(field.Enum().Values().Get(0).Name()), "UNSPECIFIED")
		return strings.TrimPrefix(name, prefix)
	case protoreflect.MessageKind:
		seconds := value.Message().Get(field.Message().Fields().ByName("seconds")).Int()
		return fmt.Sprintf("1970-01-09T%02d:%02d:%02d", seconds/3600%24, seconds/60%60, seconds%60)
	default:
		return value.String()
	}
}
