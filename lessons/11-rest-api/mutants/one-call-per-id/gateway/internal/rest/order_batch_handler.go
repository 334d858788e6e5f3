package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

func (h *OrderBatchHandler) get(c *gin.Context) {
	body, ok := bindBody[batchGetBody](c)
	if !ok {
		return
	}
	var results []*orderv1.OrderResult
	for _, id := range body.IDs {
		answer, err := h.orders.BatchGetOrders(c.Request.Context(), &orderv1.BatchGetOrdersRequest{Ids: []string{id}})
		if err != nil {
			reply.Error(c, err)
			return
		}
		results = append(results, answer.GetResults()...)
	}
	reply.Data(c, http.StatusOK, fromResults(results))
}
