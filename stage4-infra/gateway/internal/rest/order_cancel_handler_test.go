package rest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
)

const orderID = "33333333-3333-4333-8333-333333333333"

func TestACancelledOrderIsNoContent(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	var keys []string
	g.orders.cancel = func(in *orderv1.CancelOrderRequest) (*orderv1.CancelOrderResponse, error) {
		assert.Equal(t, orderID, in.GetId())
		keys = append(keys, in.GetIdempotencyKey())
		return &orderv1.CancelOrderResponse{Order: &orderv1.Order{Id: orderID, Status: orderv1.OrderStatus_ORDER_STATUS_CANCELLED}, Replayed: len(keys) > 1}, nil
	}

	first := g.do(http.MethodDelete, "/v1/orders/"+orderID, "", "Idempotency-Key", "")
	second := g.do(http.MethodDelete, "/v1/orders/"+orderID, "")

	assert.Equal(t, http.StatusNoContent, first.Code)
	assert.Empty(t, first.Body.String())
	assert.Empty(t, first.Header().Get("Idempotency-Replayed"))
	assert.Equal(t, http.StatusNoContent, second.Code)
	assert.Equal(t, "true", second.Header().Get("Idempotency-Replayed"))
	assert.Equal(t, []string{"", "k1"}, keys, "the key is optional, and passed on when there is one")
}

func TestACancellationThatIsRefused(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.cancel = func(*orderv1.CancelOrderRequest) (*orderv1.CancelOrderResponse, error) {
		return nil, errs.New(errs.Precondition, "NOT_CANCELLABLE", "an order that is SHIPPED cannot be cancelled")
	}

	refused := g.do(http.MethodDelete, "/v1/orders/"+orderID, "")
	assert.Equal(t, http.StatusConflict, refused.Code)
	assert.Equal(t, "NOT_CANCELLABLE", refused.body.Reason)
	for _, wrong := range []answer{
		g.do(http.MethodDelete, "/v1/orders/17", ""),
		g.do(http.MethodDelete, "/v1/orders/"+orderID, "", "Idempotency-Key", "schlüssel"),
	} {
		assert.Equal(t, http.StatusBadRequest, wrong.Code)
		assert.Len(t, wrong.body.Fields, 1)
	}
}
