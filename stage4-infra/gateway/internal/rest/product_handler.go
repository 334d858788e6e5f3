package rest

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/errs"
)

// ProductHandler serves /v1/products.
type ProductHandler struct {
	inventory inventoryv1.InventoryServiceClient
}

// NewProductHandler returns the handler that uses this client.
func NewProductHandler(inventory inventoryv1.InventoryServiceClient) *ProductHandler {
	return &ProductHandler{inventory: inventory}
}

// Register implements Handler.
func (h *ProductHandler) Register(v1 gin.IRouter) {
	v1.GET("/products", h.list)
	v1.GET("/products/:sku", h.get)
	v1.PUT("/products/:sku", h.put)
}

func (h *ProductHandler) list(c *gin.Context) {
	query, ok := bindQuery[pageQuery](c)
	if !ok {
		return
	}
	answer, err := h.inventory.ListProducts(c.Request.Context(), &inventoryv1.ListProductsRequest{
		PageSize: query.PageSize, PageToken: query.Cursor,
	})
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, productPageJSON{
		Products: fromProducts(answer.GetProducts()), NextCursor: answer.GetNextPageToken(),
	})
}

func (h *ProductHandler) get(c *gin.Context) {
	uri, ok := bindURI[productURI](c)
	if !ok {
		return
	}
	answer, err := h.inventory.GetProducts(c.Request.Context(), &inventoryv1.GetProductsRequest{Skus: []string{uri.SKU}})
	if err == nil && len(answer.GetProducts()) != 1 {
		err = errs.New(errs.Internal, "INTERNAL", "inventory returned %d products for one sku", len(answer.GetProducts()))
	}
	if err != nil {
		reply.Error(c, err)
		return
	}
	reply.Data(c, http.StatusOK, fromProduct(answer.GetProducts()[0]))
}

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
	status := http.StatusOK
	if answer.GetCreated() {
		status = http.StatusCreated
		c.Header("Location", "/v1/products/"+url.PathEscape(uri.SKU))
	}
	reply.Data(c, status, fromProduct(answer.GetProduct()))
}
