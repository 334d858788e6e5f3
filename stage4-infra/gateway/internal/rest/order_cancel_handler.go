package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

// OrderCancelHandler serves DELETE /v1/orders/{id}.
type OrderCancelHandler struct{ orders orderv1.OrderServiceClient }

// NewOrderCancelHandler returns the handler that asks this client.
func NewOrderCancelHandler(orders orderv1.OrderServiceClient) *OrderCancelHandler {
	return &OrderCancelHandler{orders: orders}
}

// Register implements Handler.
func (h *OrderCancelHandler) Register(v1 gin.IRouter) {
	v1.DELETE("/orders/:id", h.cancel)
}

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
		reply.Error(c, err)
		return
	}
	markReplayed(c, answer.GetReplayed())
	if answer.GetOrder().GetStatus() != orderv1.OrderStatus_ORDER_STATUS_CANCELLED {
		// Its purchase was running, and is being undone.
		c.Header("Location", "/v1/orders/"+answer.GetOrder().GetId())
		reply.Data(c, http.StatusAccepted, fromOrder(answer.GetOrder()))
		return
	}
	reply.NoContent(c)
}
