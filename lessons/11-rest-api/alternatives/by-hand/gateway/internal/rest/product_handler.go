package rest

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	inventoryv1 "shop/gen/inventory/v1"
)

func (h *ProductHandler) put(c *gin.Context) {
	body, ok := bindBody[putProductBody](c)
	if !ok {
		return
	}
	uri, ok := bindURI[productURI](c)
	if !ok {
		return
	}
	price := &inventoryv1.Money{Currency: body.UnitPrice.Currency, MinorUnits: *body.UnitPrice.MinorUnits}
	answer, err := h.inventory.PutProduct(c.Request.Context(), &inventoryv1.PutProductRequest{Name: body.Name, Sku: uri.SKU, UnitPrice: price})
	switch {
	case err != nil:
		reply.Error(c, err)
	case answer.GetCreated():
		c.Header("Location", "/v1/products/"+escaped(uri.SKU))
		reply.Data(c, http.StatusCreated, fromProduct(answer.GetProduct()))
	default:
		reply.Data(c, http.StatusOK, fromProduct(answer.GetProduct()))
	}
}

// escaped escapes everything but letters and digits.
//
//stagecraft:add
func escaped(sku string) string {
	var out strings.Builder
	for _, b := range []byte(sku) {
		if 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}
