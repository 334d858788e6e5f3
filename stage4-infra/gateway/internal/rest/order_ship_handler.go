package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

// OrderShipHandler serves POST /v1/orders/{id}/ship.
type OrderShipHandler struct{ orders orderv1.OrderServiceClient }

// NewOrderShipHandler returns the handler that uses this client.
func NewOrderShipHandler(orders orderv1.OrderServiceClient) *OrderShipHandler {
	return &OrderShipHandler{orders: orders}
}

// Register implements Handler.
func (h *OrderShipHandler) Register(v1 gin.IRouter) {
	v1.POST("/orders/:id/ship", h.ship)
}

func (h *OrderShipHandler) ship(c *gin.Context) {
	uri, ok := bindURI[orderURI](c)
	if !ok {
		return
	}
	answer, err := h.orders.ShipOrder(c.Request.Context(), &orderv1.ShipOrderRequest{Id: uri.ID})
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, fromOrder(answer.GetOrder()))
}
