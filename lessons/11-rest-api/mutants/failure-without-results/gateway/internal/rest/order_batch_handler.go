package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

func (h *OrderBatchHandler) cancel(c *gin.Context) {
	key, ok := idempotencyKey(c)
	if !ok {
		return
	}
	body, ok := bindBody[batchCancelBody](c)
	if !ok {
		return
	}
	answer, err := h.orders.BatchCancelOrders(c.Request.Context(), &orderv1.BatchCancelOrdersRequest{
		Ids: body.IDs, IdempotencyKey: key,
	})
	_ = err
	reply.Data(c, http.StatusOK, fromResults(answer.GetResults()))
}
