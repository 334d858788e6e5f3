package rest_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc"

	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
)

const teaJSON = `{"name":"Tea","unit_price":{"minor_units":490,"currency":"EUR"}}`

func (shelf) PutProduct(
	_ context.Context, in *inventoryv1.PutProductRequest, _ ...grpc.CallOption,
) (*inventoryv1.PutProductResponse, error) {
	product := &inventoryv1.Product{Sku: in.GetSku(), Name: in.GetName(), UnitPrice: in.GetUnitPrice(), Version: 1}
	return &inventoryv1.PutProductResponse{Product: product, Created: in.GetSku() != "known"}, nil
}

func (shelf) GetProducts(
	_ context.Context, in *inventoryv1.GetProductsRequest, _ ...grpc.CallOption,
) (*inventoryv1.GetProductsResponse, error) {
	if in.GetSkus()[0] == "unknown" {
		return nil, errs.New(errs.NotFound, "PRODUCT_NOT_FOUND", "no such product: unknown")
	}
	return &inventoryv1.GetProductsResponse{Products: []*inventoryv1.Product{{
		Sku: in.GetSkus()[0], Name: "Tea", UnitPrice: &inventoryv1.Money{MinorUnits: 490, Currency: "EUR"},
	}}}, nil
}

func (shelf) ListProducts(
	_ context.Context, in *inventoryv1.ListProductsRequest, _ ...grpc.CallOption,
) (*inventoryv1.ListProductsResponse, error) {
	return &inventoryv1.ListProductsResponse{NextPageToken: in.GetPageToken()}, nil
}

func TestPutProduct_New_Returns201WithItsLocation(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	created := g.do(http.MethodPut, "/v1/products/tea%2Fgreen", teaJSON)
	replaced := g.do(http.MethodPut, "/v1/products/known", teaJSON)

	assert.Equal(t, http.StatusCreated, created.Code)
	assert.Equal(t, "/v1/products/tea%2Fgreen", created.Header().Get("Location"))
	assert.JSONEq(t, `{"sku":"tea/green","name":"Tea","unit_price":{"minor_units":490,"currency":"EUR"}}`, string(created.body.Data))
	assert.Equal(t, http.StatusOK, replaced.Code)
	assert.Empty(t, replaced.Header().Get("Location"))
}

func TestPutProduct_InvalidBody_Returns400NamingTheField(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for body, field := range map[string]string{
		`{"unit_price":{"minor_units":1,"currency":"EUR"}}`:               "name",
		`{"name":"Tea","unit_price":{"currency":"EUR"}}`:                  "unit_price.minor_units",
		`{"name":"Tea","unit_price":{"minor_units":-1,"currency":"EUR"}}`: "unit_price.minor_units",
		`{"name":"Tea","unit_price":{"minor_units":1,"currency":"eur"}}`:  "unit_price.currency",
	} {
		a := g.do(http.MethodPut, "/v1/products/tea", body)
		assert.Equal(t, http.StatusBadRequest, a.Code, body)
		if assert.Len(t, a.body.Fields, 1, body) {
			assert.Equal(t, field, a.body.Fields[0].Field, body)
		}
	}
	assert.Equal(t, http.StatusCreated,
		g.do(http.MethodPut, "/v1/products/tea", `{"name":"Tea","unit_price":{"minor_units":0,"currency":"EUR"}}`).Code, "zero is a price")
}

func TestGetProduct_ReturnsNameAndPrice(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	a := g.do(http.MethodGet, "/v1/products/tea", "")

	assert.JSONEq(t, `{"sku":"tea","name":"Tea","unit_price":{"minor_units":490,"currency":"EUR"}}`, string(a.body.Data))
	assert.Equal(t, http.StatusNotFound, g.do(http.MethodGet, "/v1/products/unknown", "").Code)
}

func TestListProducts_EmptyPage_HasAnEmptyList(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	a := g.do(http.MethodGet, "/v1/products?cursor=c1", "")

	assert.JSONEq(t, `{"products":[],"next_cursor":"c1"}`, string(a.body.Data))
}

func (o *orders) ShipOrder(
	_ context.Context, in *orderv1.ShipOrderRequest, _ ...grpc.CallOption,
) (*orderv1.ShipOrderResponse, error) {
	return o.ship(in)
}

func TestShipOrder_ReturnsTheShippedOrder(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.ship = func(in *orderv1.ShipOrderRequest) (*orderv1.ShipOrderResponse, error) {
		return &orderv1.ShipOrderResponse{Order: &orderv1.Order{
			Id: in.GetId(), BuyerId: buyer, Status: orderv1.OrderStatus_ORDER_STATUS_SHIPPED, Total: &orderv1.Money{Currency: "EUR"},
		}}, nil
	}

	a := g.do(http.MethodPost, "/v1/orders/"+someID+"/ship", "")

	assert.Equal(t, http.StatusOK, a.Code)
	assert.Contains(t, string(a.body.Data), `"status":"SHIPPED"`)
	assert.Equal(t, http.StatusBadRequest, g.do(http.MethodPost, "/v1/orders/1/ship", "").Code)
}
