package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

func (h *OrderCancelHandler) cancel(c *gin.Context) {
	key, ok := optionalKey(c)
	if !ok {
		return
	}
	uri, ok := bindURI[orderURI](c)
	if !ok {
		return
	}
	answer, err := h.orders.CancelOrder(c.Request.Context(), &orderv1.CancelOrderRequest{Id: uri.ID, IdempotencyKey: key})
	if err != nil {
		reply.Refuse(c, http.StatusConflict, err)
		return
	}
	markReplayed(c, answer.GetReplayed())
	reply.NoContent(c)
}
