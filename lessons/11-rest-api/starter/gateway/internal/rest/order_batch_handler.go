package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
)

func (h *OrderBatchHandler) get(c *gin.Context) {
	body, ok := bindBody[batchGetBody](c)
	if !ok {
		return
	}
	answer, err := h.orders.BatchGetOrders(c.Request.Context(), &orderv1.BatchGetOrdersRequest{Ids: body.IDs})
	if err != nil {
		reply.Error(c, err)
		return
	}
	answerBatch(c, answer.GetResults())
}

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
	answerBatch(c, answer.GetResults())
}

// answerBatch answers both batches.
//
//stagecraft:add
func answerBatch(c *gin.Context, results []*orderv1.OrderResult) {
	// TODO: what becomes of the other orders when one is refused?
	var orders []orderJSON
	for _, result := range results {
		if result.GetCode() != 0 {
			reply.Error(c, errs.New(errs.Code(result.GetCode()), result.GetReason(), "%s", result.GetMessage()))
			return
		}
		orders = append(orders, fromOrder(result.GetOrder()))
	}
	reply.Data(c, http.StatusOK, orders)
}
