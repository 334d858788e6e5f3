package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

func (h *OrderHandler) create(c *gin.Context) {
	key, ok := idempotencyKey(c)
	if !ok {
		return
	}
	body, ok := bindBody[createOrderBody](c)
	if !ok {
		return
	}
	// TODO: the expected total.
	answer, err := h.orders.CreateOrder(c.Request.Context(), &orderv1.CreateOrderRequest{
		IdempotencyKey: key,
		Items:          toOrderItems(body.Items),
	})
	if err != nil {
		reply.Error(c, err)
		return
	}
	markReplayed(c, answer.GetReplayed())
	// TODO: what does a program read before the body, and what form has the body?
	c.JSON(http.StatusOK, fromOrder(answer.GetOrder()))
}
