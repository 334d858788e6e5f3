package rest_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc"

	inventoryv1 "shop/gen/inventory/v1"
)

// shelf is the inventory service as the gateway sees it: it has one piece of everything.
type shelf struct {
	inventoryv1.InventoryServiceClient
}

func (shelf) GetStock(
	_ context.Context, in *inventoryv1.GetStockRequest, _ ...grpc.CallOption,
) (*inventoryv1.GetStockResponse, error) {
	return &inventoryv1.GetStockResponse{Stock: &inventoryv1.Stock{Sku: in.GetSku(), Available: 1}}, nil
}

func (shelf) AdjustStock(
	_ context.Context, in *inventoryv1.AdjustStockRequest, _ ...grpc.CallOption,
) (*inventoryv1.AdjustStockResponse, error) {
	return &inventoryv1.AdjustStockResponse{Stock: &inventoryv1.Stock{Sku: in.GetSku(), Available: in.GetDelta()}, Replayed: in.GetIdempotencyKey() == "again"}, nil
}

func TestStock_AnySKU_HasItsOwnPath(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for path, sku := range map[string]string{"tea": "tea", "tea%2Fgreen": "tea/green", "50%25": "50%", "a%3Fb": "a?b",
		"a+b": "a+b", "a+b%2Fc": "a+b/c", "a%2Bb": "a+b", "50%2525": "50%25"} {
		a := g.do(http.MethodGet, "/v1/stock/"+path, "")
		assert.Equal(t, http.StatusOK, a.Code, path)
		assert.JSONEq(t, `{"sku":"`+sku+`","available":1,"reserved":0}`, string(a.body.Data), path)
	}
	assert.Equal(t, http.StatusBadRequest, g.do(http.MethodGet, "/v1/stock/%ff", "").Code)
}

func TestADeliveryIsAnsweredWithTheStockAfterIt(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	a := g.do(http.MethodPost, "/v1/stock/tea/adjustments", `{"delta":10}`)

	assert.JSONEq(t, `{"sku":"tea","available":10,"reserved":0}`, string(a.body.Data))
	assert.Empty(t, a.Header().Get("Idempotency-Replayed"))
	again := g.do(http.MethodPost, "/v1/stock/tea/adjustments", `{"delta":10}`, "Idempotency-Key", "again")
	assert.Equal(t, "true", again.Header().Get("Idempotency-Replayed"))
	assert.Equal(t, http.StatusBadRequest, g.do(http.MethodPost, "/v1/stock/tea/adjustments", `{"delta":0}`).Code)
}
