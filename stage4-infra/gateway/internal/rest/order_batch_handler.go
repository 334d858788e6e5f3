package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

// OrderBatchHandler serves batches of orders. A batch is answered with 200 when each of its orders has a result, even if all of them are
// refusals.
type OrderBatchHandler struct{ orders orderv1.OrderServiceClient }

// NewOrderBatchHandler returns the handler that asks this client.
func NewOrderBatchHandler(orders orderv1.OrderServiceClient) *OrderBatchHandler {
	return &OrderBatchHandler{orders: orders}
}

// Register implements Handler.
func (h *OrderBatchHandler) Register(v1 gin.IRouter) {
	v1.POST("/orders/batch-get", h.get)
	v1.POST("/orders/batch-cancel", h.cancel)
}

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
	reply.Data(c, http.StatusOK, fromResults(answer.GetResults()))
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
	reply.Data(c, http.StatusOK, fromResults(answer.GetResults()))
}
