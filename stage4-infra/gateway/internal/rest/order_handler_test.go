package rest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
)

const teaForFive = `{"items":[{"sku":"tea","quantity":1}],"expected_total":{"minor_units":500,"currency":"EUR"}}`

func TestCreateOrder(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	replayed := false
	g.orders.create = func(_ context.Context, in *orderv1.CreateOrderRequest) (*orderv1.CreateOrderResponse, error) {
		want := &orderv1.CreateOrderRequest{
			IdempotencyKey: "k1", Items: []*orderv1.NewOrderItem{{Sku: "tea", Quantity: 1}},
			ExpectedTotal: &orderv1.Money{MinorUnits: 500, Currency: "EUR"},
		}
		assert.True(t, proto.Equal(want, in), in)
		at := timestamppb.New(time.Date(2026, 1, 5, 12, 0, 0, 123456000, time.UTC))
		return &orderv1.CreateOrderResponse{Replayed: replayed, Order: &orderv1.Order{
			Id: "o1", BuyerId: buyer, Status: orderv1.OrderStatus_ORDER_STATUS_PAID, Items: []*orderv1.OrderItem{{Sku: "tea", Quantity: 1, UnitPrice: 500}},
			Total: &orderv1.Money{MinorUnits: 500, Currency: "EUR"}, CreatedAt: at, UpdatedAt: at,
		}}, nil
	}

	first := g.do(http.MethodPost, "/v1/orders", teaForFive)
	replayed = true
	second := g.do(http.MethodPost, "/v1/orders", teaForFive)

	require.Equal(t, http.StatusAccepted, first.Code)
	assert.Equal(t, "/v1/orders/o1", first.Header().Get("Location"))
	assert.Empty(t, first.Header().Get("Idempotency-Replayed"))
	assert.JSONEq(t, `{"code":0,"data":{"id":"o1","buyer_id":"`+buyer+`","status":"PAID",
		"items":[{"sku":"tea","quantity":1,"unit_price":500}],"total":{"minor_units":500,"currency":"EUR"},"cancel_reason":"",
		"created_at":"2026-01-05T12:00:00.123456Z","updated_at":"2026-01-05T12:00:00.123456Z"}}`, first.Body.String())
	assert.Equal(t, "true", second.Header().Get("Idempotency-Replayed"))
	assert.Equal(t, first.Body.String(), second.Body.String())
}

func TestOneOrder(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	const id = "22222222-2222-4222-8222-222222222222"
	g.orders.get = func(_ context.Context, in *orderv1.GetOrderRequest) (*orderv1.GetOrderResponse, error) {
		return &orderv1.GetOrderResponse{Order: &orderv1.Order{
			Id: in.GetId(), BuyerId: buyer, Status: orderv1.OrderStatus_ORDER_STATUS_PENDING,
			Total: &orderv1.Money{MinorUnits: 500, Currency: "EUR"},
		}}, nil
	}

	a := g.do(http.MethodGet, "/v1/orders/"+id, "")

	assert.Equal(t, http.StatusOK, a.Code)
	assert.Contains(t, string(a.body.Data), id)
}

func TestCreateOrder_InvalidFields_AreListed(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for body, field := range map[string]string{
		`{"items":[]}`:                                                                "items",
		`{"items":[{"sku":"","quantity":1}]}`:                                         "items[0].sku",
		`{"items":[{"sku":"tea","quantity":0}]}`:                                      "items[0].quantity",
		`{"items":[{"sku":"tea","quantity":-1}]}`:                                     "items[0].quantity",
		`{"items":[{"sku":"tea","quantity":1.5}]}`:                                    "items.quantity",
		`{"items":[{"sku":"tea","quantity":1}],"expected_total":{"minor_units":500}}`: "expected_total.currency",
		`{"items":[{"sku":"tea","quantity":1}],"expected_total":{"minor_units":500,"currency":"eur"}}`: "expected_total.currency",
		`{"items":[{"sku":"tea","quantity":1}],"expected_total":{"currency":"EUR"}}`:                   "expected_total.minor_units",
		`{"items":[{"sku":"tea","quantity":1,"unit_price":1}]}`:                                        "unit_price",
	} {
		a := g.do(http.MethodPost, "/v1/orders", body)
		assert.Equal(t, http.StatusBadRequest, a.Code, body)
		assert.Equal(t, 1002, a.body.Code, body)
		if assert.Len(t, a.body.Fields, 1, body) {
			assert.Equal(t, field, a.body.Fields[0].Field, body)
		}
	}
}

func TestABodyIsOneJSONObjectOfBoundedSize(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for body, reason := range map[string]string{
		"":                                     "INVALID_JSON",
		"{":                                    "INVALID_JSON",
		"[]":                                   "INVALID_JSON",
		teaForFive + teaForFive:                "INVALID_JSON",
		`"` + strings.Repeat("x", 2000):        "BODY_TOO_LARGE",
		teaForFive + strings.Repeat(" ", 2000): "BODY_TOO_LARGE",
	} {
		a := g.do(http.MethodPost, "/v1/orders", body)
		status := http.StatusBadRequest
		if reason == "BODY_TOO_LARGE" {
			status = http.StatusRequestEntityTooLarge
		}
		assert.Equal(t, status, a.Code, reason)
		assert.Equal(t, reason, a.body.Reason, body)
	}
}

func TestAKeyIsRequired(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for _, key := range []string{"", strings.Repeat("k", 129), "k\xff", "schlüssel"} {
		a := g.do(http.MethodPost, "/v1/orders", teaForFive, "Idempotency-Key", key)
		assert.Equal(t, http.StatusBadRequest, a.Code)
		assert.Equal(t, 1002, a.body.Code)
	}
}

func TestPath_InvalidUTF8_IsInvalidInput(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for _, path := range []string{"/v1/orders?cursor=%ff", "/v1/orders?page_size=1&cursor=%c3%28", "/v1/orders/%ff"} {
		a := g.do(http.MethodGet, path, "")
		assert.Equal(t, http.StatusBadRequest, a.Code, path)
		assert.Equal(t, 1002, a.body.Code, path)
	}
}

func TestRefusalsKeepTheirCodeAndCausesStayInside(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for code, status := range map[errs.Code]int{
		errs.NotFound: 404, errs.Precondition: 409, errs.Forbidden: 403, errs.Conflict: 409, errs.RateLimited: 429,
		errs.AlreadyExists: 409, errs.Aborted: 409, errs.Internal: 500,
	} {
		g.orders.create = func(context.Context, *orderv1.CreateOrderRequest) (*orderv1.CreateOrderResponse, error) {
			return nil, errs.Wrap(assert.AnError, code, "SOME_REASON", "some message")
		}
		a := g.do(http.MethodPost, "/v1/orders", teaForFive)
		assert.Equal(t, status, a.Code)
		assert.Equal(t, int(code), a.body.Code)
		assert.Equal(t, "SOME_REASON", a.body.Reason)
		assert.NotContains(t, a.Body.String(), assert.AnError.Error())
	}
	assert.Contains(t, g.log.String(), assert.AnError.Error(), "but the log has it")
}
