package rest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"google.golang.org/protobuf/types/known/timestamppb"

	"shop/gateway/internal/config"
	orderv1 "shop/gen/order/v1"
)

const otherID = "44444444-4444-4444-8444-444444444444"

var cancelled = &orderv1.Order{
	Id: orderID, BuyerId: buyer, Status: orderv1.OrderStatus_ORDER_STATUS_CANCELLED,
	Items: []*orderv1.OrderItem{{Sku: "tea", Quantity: 1, UnitPrice: 500}}, Total: &orderv1.Money{MinorUnits: 500, Currency: "EUR"},
	CancelReason: "cancelled by the buyer",
	Cancellation: &orderv1.Cancellation{Code: "BUYER_REQUEST", Reason: "cancelled by the buyer"},
	CreatedAt:    &timestamppb.Timestamp{Seconds: 1_780_000_000}, UpdatedAt: &timestamppb.Timestamp{Seconds: 1_780_000_000},
}

// oneOfTwo is what a batch comes to of which one order exists.
var oneOfTwo = []*orderv1.OrderResult{
	{Id: otherID, Code: 1001, Reason: "ORDER_NOT_FOUND", Message: "order " + otherID + " does not exist"},
	{Id: orderID, Order: cancelled},
}

const oneOfTwoJSON = `{"code":0,"data":{"results":[
	{"id":"` + otherID + `","code":1001,"reason":"ORDER_NOT_FOUND","message":"order ` + otherID + ` does not exist"},
	{"id":"` + orderID + `","code":0,"order":{"id":"` + orderID + `","buyer_id":"` + buyer + `","status":"CANCELLED",
		"items":[{"sku":"tea","quantity":1,"unit_price":500}],"total":{"minor_units":500,"currency":"EUR"},
		"cancel_reason":"cancelled by the buyer","cancellation":{"code":"BUYER_REQUEST","reason":"cancelled by the buyer"},
		"created_at":"2026-05-28T20:26:40Z","updated_at":"2026-05-28T20:26:40Z"}}]}}`

func idsJSON(ids ...string) string { return `{"ids":["` + strings.Join(ids, `","`) + `"]}` }

func TestABatchHasAResultForEachOrder(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.batchGet = func(in *orderv1.BatchGetOrdersRequest) (*orderv1.BatchGetOrdersResponse, error) {
		assert.Equal(t, []string{otherID, orderID}, in.GetIds())
		return &orderv1.BatchGetOrdersResponse{Results: oneOfTwo}, nil
	}
	g.orders.batchCancel = func(in *orderv1.BatchCancelOrdersRequest) (*orderv1.BatchCancelOrdersResponse, error) {
		assert.Equal(t, []string{otherID, orderID}, in.GetIds())
		assert.Equal(t, "k1", in.GetIdempotencyKey())
		return &orderv1.BatchCancelOrdersResponse{Results: oneOfTwo}, nil
	}

	for _, path := range []string{"/v1/orders/batch-get", "/v1/orders/batch-cancel"} {
		a := g.do(http.MethodPost, path, idsJSON(otherID, orderID))
		assert.Equal(t, http.StatusOK, a.Code, "a refusal of one order is no refusal of the batch")
		assert.JSONEq(t, oneOfTwoJSON, a.Body.String(), path)
	}
}

func TestBatch_InvalidIDs_AreListed(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) { cfg.Server.MaxBodyBytes = 10_000 })
	many := func(n int) string { return idsJSON(lo.Times(n, func(int) string { return orderID })...) }
	for _, c := range []struct{ path, body, field, message string }{
		{"/v1/orders/batch-get", `{}`, "ids", "is required"},
		{"/v1/orders/batch-get", `{"ids":[]}`, "ids", "must be at least 1 entries"},
		{"/v1/orders/batch-get", many(101), "ids", "must be at most 100 entries"},
		{"/v1/orders/batch-cancel", many(51), "ids", "must be at most 50 entries"},
		{"/v1/orders/batch-cancel", `{"ids":"` + orderID + `"}`, "ids", "must be a list"},
	} {
		a := g.do(http.MethodPost, c.path, c.body)
		assert.Equal(t, http.StatusBadRequest, a.Code, c.body)
		if assert.Len(t, a.body.Fields, 1, c.body) {
			assert.Equal(t, c.field, a.body.Fields[0].Field)
			assert.Equal(t, c.message, a.body.Fields[0].Message)
		}
	}
	assert.Equal(t, http.StatusBadRequest, g.do(http.MethodPost, "/v1/orders/batch-cancel", idsJSON(orderID), "Idempotency-Key", "").Code)
}

// Some platforms write UUIDs in capitals.
func TestAnIDMayBeInCapitals(t *testing.T) {
	t.Parallel()
	const shouted = "0199A1B2-0000-7000-8000-00000000000F"
	g := newGateway(t, nil)
	g.orders.get = func(_ context.Context, in *orderv1.GetOrderRequest) (*orderv1.GetOrderResponse, error) {
		assert.Equal(t, shouted, in.GetId())
		return &orderv1.GetOrderResponse{Order: cancelled}, nil
	}
	g.orders.batchGet = func(in *orderv1.BatchGetOrdersRequest) (*orderv1.BatchGetOrdersResponse, error) {
		assert.Equal(t, []string{shouted}, in.GetIds())
		return &orderv1.BatchGetOrdersResponse{}, nil
	}

	assert.Equal(t, http.StatusOK, g.do(http.MethodGet, "/v1/orders/"+shouted, "").Code)
	assert.Equal(t, http.StatusOK, g.do(http.MethodPost, "/v1/orders/batch-get", idsJSON(shouted)).Code)
}

func TestBatch_MalformedID_FailsOnlyItsItem(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	results := []*orderv1.OrderResult{
		{Id: "17", Code: 1002, Reason: "INVALID_ID", Message: "the id is not a UUID"}, {Id: orderID, Order: cancelled},
	}
	g.orders.batchGet = func(in *orderv1.BatchGetOrdersRequest) (*orderv1.BatchGetOrdersResponse, error) {
		assert.Equal(t, []string{"17", orderID}, in.GetIds())
		return &orderv1.BatchGetOrdersResponse{Results: results}, nil
	}
	g.orders.batchCancel = func(in *orderv1.BatchCancelOrdersRequest) (*orderv1.BatchCancelOrdersResponse, error) {
		assert.Equal(t, []string{"17", orderID}, in.GetIds())
		return &orderv1.BatchCancelOrdersResponse{Results: results}, nil
	}

	for _, path := range []string{"/v1/orders/batch-get", "/v1/orders/batch-cancel"} {
		a := g.do(http.MethodPost, path, idsJSON("17", orderID))

		assert.Equal(t, http.StatusOK, a.Code, path)
		assert.Contains(t, a.Body.String(), `{"id":"17","code":1002`, path)
	}
}
