package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

// AdminOrderHandler serves /v1/admin/orders. The order service decides who is an admin.
type AdminOrderHandler struct{ orders orderv1.OrderServiceClient }

// NewAdminOrderHandler returns the handler for this client.
func NewAdminOrderHandler(orders orderv1.OrderServiceClient) *AdminOrderHandler {
	return &AdminOrderHandler{orders: orders}
}

// Register implements Handler.
func (h *AdminOrderHandler) Register(v1 gin.IRouter) {
	v1.GET("/admin/orders", h.list)
}

func (h *AdminOrderHandler) list(c *gin.Context) {
	query, ok := bindQuery[allOrdersQuery](c)
	if !ok {
		return
	}
	answer, err := h.orders.ListAllOrders(c.Request.Context(), toListAllOrders(query))
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, numberedPageJSON{
		Orders: fromOrders(answer.GetOrders()), Page: answer.GetPage(), PageSize: answer.GetPageSize(), Total: answer.GetTotal(),
	})
}
