package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

func (h *OrderHandler) create(c *gin.Context) {
	body, ok := bindBody[createOrderBody](c)
	if !ok {
		return
	}
	key, ok := idempotencyKey(c)
	if !ok {
		return
	}
	in := &orderv1.CreateOrderRequest{IdempotencyKey: key, ExpectedTotal: toExpectedTotal(body.ExpectedTotal)}
	in.Items = toOrderItems(body.Items)
	created, err := h.orders.CreateOrder(c.Request.Context(), in)
	if err != nil {
		reply.Error(c, err)
		return
	}
	answerCreated(c, created.GetReplayed(), "/v1/orders/"+created.GetOrder().GetId(), fromOrder(created.GetOrder()))
}

// answerCreated answers with something that was created now or by an earlier request.
//
//stagecraft:add
func answerCreated(c *gin.Context, replayed bool, location string, data any) {
	markReplayed(c, replayed)
	c.Writer.Header().Set("Location", location)
	c.JSON(http.StatusCreated, map[string]any{"code": 0, "data": data})
}
