package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

func (h *OrderBatchHandler) get(c *gin.Context) {
	if body, ok := bindBody[batchGetBody](c); ok {
		answer, err := h.orders.BatchGetOrders(c.Request.Context(), &orderv1.BatchGetOrdersRequest{Ids: body.IDs})
		answerResults(c, answer.GetResults(), err)
	}
}

func (h *OrderBatchHandler) cancel(c *gin.Context) {
	body, ok := bindBody[batchCancelBody](c)
	if !ok {
		return
	}
	if key, ok := idempotencyKey(c); ok {
		in := &orderv1.BatchCancelOrdersRequest{IdempotencyKey: key}
		in.Ids = append(in.Ids, body.IDs...)
		answer, err := h.orders.BatchCancelOrders(c.Request.Context(), in)
		answerResults(c, answer.GetResults(), err)
	}
}

//stagecraft:add
func answerResults(c *gin.Context, results []*orderv1.OrderResult, err error) {
	if err != nil {
		reply.Error(c, err)
		return
	}
	out := make([]gin.H, 0, len(results))
	for _, r := range results {
		item := gin.H{"id": r.GetId(), "code": r.GetCode()}
		if r.GetCode() == 0 {
			item["order"] = fromOrder(r.GetOrder())
		} else {
			item["reason"], item["message"] = r.GetReason(), r.GetMessage()
		}
		out = append(out, item)
	}
	reply.Data(c, http.StatusOK, gin.H{"results": out})
}
