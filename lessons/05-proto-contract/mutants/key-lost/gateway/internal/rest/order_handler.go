package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

func (h *OrderHandler) create(c *gin.Context) {
	_, ok := idempotencyKey(c)
	if !ok {
		return
	}
	body, ok := bindBody[createOrderBody](c)
	if !ok {
		return
	}
	answer, err := h.orders.CreateOrder(c.Request.Context(), &orderv1.CreateOrderRequest{
		IdempotencyKey: body.Items[0].SKU,
		Items:          toOrderItems(body.Items),
		ExpectedTotal:  toExpectedTotal(body.ExpectedTotal),
	})
	if err != nil {
		reply.Error(c, err)
		return
	}
	markReplayed(c, answer.GetReplayed())
	c.Header("Location", "/v1/orders/"+answer.GetOrder().GetId())
	reply.Data(c, http.StatusCreated, fromOrder(answer.GetOrder()))
}
