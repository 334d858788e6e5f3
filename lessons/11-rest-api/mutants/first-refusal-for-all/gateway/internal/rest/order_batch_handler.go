package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
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
	if err != nil {
		reply.Error(c, err)
		return
	}
	for _, result := range answer.GetResults() {
		if result.GetCode() != 0 {
			reply.Error(c, errs.New(errs.Code(result.GetCode()), result.GetReason(), "%s", result.GetMessage()))
			return
		}
	}
	reply.Data(c, http.StatusOK, fromResults(answer.GetResults()))
}
