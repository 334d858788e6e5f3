package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

func (h *OrderCancelHandler) cancel(c *gin.Context) {
	uri, ok := bindURI[orderURI](c)
	if !ok {
		return
	}
	key, ok := optionalKey(c)
	if !ok {
		return
	}
	done, err := h.orders.CancelOrder(c.Request.Context(), &orderv1.CancelOrderRequest{IdempotencyKey: key, Id: uri.ID})
	if err != nil {
		reply.Error(c, err)
		return
	}
	markReplayed(c, done.GetReplayed())
	c.AbortWithStatus(http.StatusNoContent)
}
