package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	inventoryv1 "shop/gen/inventory/v1"
)

// StockHandler serves /v1/stock.
type StockHandler struct {
	inventory inventoryv1.InventoryServiceClient
}

// NewStockHandler returns the handler that asks this client.
func NewStockHandler(inventory inventoryv1.InventoryServiceClient) *StockHandler {
	return &StockHandler{inventory: inventory}
}

// Register implements Handler.
func (h *StockHandler) Register(v1 gin.IRouter) {
	v1.GET("/stock/:sku", h.get)
	v1.POST("/stock/:sku/adjustments", h.adjust)
}

func (h *StockHandler) get(c *gin.Context) {
	uri, ok := bindURI[stockURI](c)
	if !ok {
		return
	}
	answer, err := h.inventory.GetStock(c.Request.Context(), &inventoryv1.GetStockRequest{Sku: uri.SKU})
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, fromStock(answer.GetStock()))
}

func (h *StockHandler) adjust(c *gin.Context) {
	key, ok := idempotencyKey(c)
	if !ok {
		return
	}
	uri, ok := bindURI[stockURI](c)
	if !ok {
		return
	}
	body, ok := bindBody[adjustStockBody](c)
	if !ok {
		return
	}
	answer, err := h.inventory.AdjustStock(c.Request.Context(), &inventoryv1.AdjustStockRequest{
		Sku: uri.SKU, Delta: body.Delta, IdempotencyKey: key,
	})
	if err != nil {
		reply.Error(c, err)
		return
	}
	markReplayed(c, answer.GetReplayed())
	reply.Data(c, http.StatusOK, fromStock(answer.GetStock()))
}
