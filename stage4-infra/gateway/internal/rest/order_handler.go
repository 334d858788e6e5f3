package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

// OrderHandler serves /v1/orders.
type OrderHandler struct{ orders orderv1.OrderServiceClient }

// NewOrderHandler returns the handler that asks this client.
func NewOrderHandler(orders orderv1.OrderServiceClient) *OrderHandler {
	return &OrderHandler{orders: orders}
}

// Register implements Handler.
func (h *OrderHandler) Register(v1 gin.IRouter) {
	v1.POST("/orders", h.create)
	v1.GET("/orders", h.list)
	v1.GET("/orders/:id", h.get)
}

// create answers before the order is paid: Location is where to see what becomes of it.
func (h *OrderHandler) create(c *gin.Context) {
	key, ok := idempotencyKey(c)
	if !ok {
		return
	}
	body, ok := bindBody[createOrderBody](c)
	if !ok {
		return
	}
	answer, err := h.orders.CreateOrder(c.Request.Context(), &orderv1.CreateOrderRequest{
		IdempotencyKey: key,
		Items:          toOrderItems(body.Items),
		ExpectedTotal:  toExpectedTotal(body.ExpectedTotal),
	})
	if err != nil {
		reply.Error(c, err)
		return
	}
	markReplayed(c, answer.GetReplayed())
	c.Header("Location", "/v1/orders/"+answer.GetOrder().GetId())
	reply.Data(c, http.StatusAccepted, fromOrder(answer.GetOrder()))
}

func (h *OrderHandler) get(c *gin.Context) {
	uri, ok := bindURI[orderURI](c)
	if !ok {
		return
	}
	answer, err := h.orders.GetOrder(c.Request.Context(), &orderv1.GetOrderRequest{Id: uri.ID})
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, fromOrder(answer.GetOrder()))
}

func (h *OrderHandler) list(c *gin.Context) {
	query, ok := bindQuery[pageQuery](c)
	if !ok {
		return
	}
	answer, err := h.orders.ListOrders(c.Request.Context(), &orderv1.ListOrdersRequest{
		PageSize: query.PageSize, PageToken: query.Cursor,
	})
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, orderPageJSON{
		Orders: fromOrders(answer.GetOrders()), NextCursor: answer.GetNextPageToken(),
	})
}
