package rest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
)

func TestShipOrder_Success_ReturnsTheOrder(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.ship = func(in *orderv1.ShipOrderRequest) (*orderv1.ShipOrderResponse, error) {
		assert.Equal(t, orderID, in.GetId())
		return &orderv1.ShipOrderResponse{Order: &orderv1.Order{
			Id: orderID, BuyerId: buyer, Status: orderv1.OrderStatus_ORDER_STATUS_SHIPPED,
			Total: &orderv1.Money{MinorUnits: 500, Currency: "EUR"},
		}}, nil
	}

	a := g.do(http.MethodPost, "/v1/orders/"+orderID+"/ship", "")

	assert.Equal(t, http.StatusOK, a.Code)
	assert.Contains(t, string(a.body.Data), `"SHIPPED"`)
	assert.Equal(t, http.StatusBadRequest, g.do(http.MethodPost, "/v1/orders/17/ship", "").Code)
}

func TestShipOrder_Refused_ReturnsConflict(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.ship = func(*orderv1.ShipOrderRequest) (*orderv1.ShipOrderResponse, error) {
		return nil, errs.New(errs.Precondition, "NOT_SHIPPABLE", "an order that is CANCELLED cannot be shipped")
	}

	a := g.do(http.MethodPost, "/v1/orders/"+orderID+"/ship", "")

	assert.Equal(t, http.StatusConflict, a.Code)
	assert.Equal(t, "NOT_SHIPPABLE", a.body.Reason)
}
