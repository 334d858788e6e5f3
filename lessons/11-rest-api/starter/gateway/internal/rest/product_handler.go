package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	inventoryv1 "shop/gen/inventory/v1"
)

func (h *ProductHandler) put(c *gin.Context) {
	uri, ok := bindURI[productURI](c)
	if !ok {
		return
	}
	body, ok := bindBody[putProductBody](c)
	if !ok {
		return
	}
	answer, err := h.inventory.PutProduct(c.Request.Context(), &inventoryv1.PutProductRequest{
		Sku: uri.SKU, Name: body.Name,
		UnitPrice: &inventoryv1.Money{MinorUnits: *body.UnitPrice.MinorUnits, Currency: body.UnitPrice.Currency},
	})
	if err != nil {
		reply.Error(c, err)
		return
	}
	// TODO: was it created, or replaced?
	reply.Data(c, http.StatusOK, fromProduct(answer.GetProduct()))
}
