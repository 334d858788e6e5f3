package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

// TODO: expected_total of the body is not sent.
func (h *OrderHandler) create(c *gin.Context) {
	key, ok := idempotencyKey(c)
	if !ok {
		return
	}
	body, ok := bindBody[createOrderBody](c)
	if !ok {
		return
	}
	answer, err := h.orders.CreateOrder(c.Request.Context(), &orderv1.CreateOrderRequest{
		IdempotencyKey: key,
		Items:          toOrderItems(body.Items),
	})
	if err != nil {
		reply.Error(c, err)
		return
	}
	markReplayed(c, answer.GetReplayed())
	c.Header("Location", "/v1/orders/"+answer.GetOrder().GetId())
	reply.Data(c, http.StatusCreated, fromOrder(answer.GetOrder()))
}
