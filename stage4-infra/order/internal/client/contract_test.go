package client_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/inventory/inventorytest"
	"shop/order/internal/client/inventory"
	"shop/order/internal/domain"
	"shop/order/internal/usecase"
	"shop/platform/auth"
	"shop/platform/cache"
	"shop/platform/config"
	"shop/platform/contracttest"
	"shop/platform/errs"
	"shop/platform/grpcclient"
	"shop/platform/redistest"
)

// Not parallel: the service is configured by the environment.
func TestProducts_MeanTheSameOnBothSides(t *testing.T) {
	keys, sku := contracttest.NewKeys(t), uuid.NewString()
	addr := inventorytest.Serve(t, keys)
	conn, err := grpcclient.Dial(addr, grpcclient.WithCredentials(auth.ForwardToken()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	admin := auth.WithPrincipal(t.Context(), auth.Principal{}, keys.Token(uuid.NewString(), auth.Admin))
	_, err = inventoryv1.NewInventoryServiceClient(conn).PutProduct(admin, &inventoryv1.PutProductRequest{
		Sku: sku, Name: "Tea", UnitPrice: &inventoryv1.Money{MinorUnits: 100, Currency: "EUR"},
	})
	require.NoError(t, err)
	own, err := grpcclient.Dial(addr, grpcclient.WithCredentials(auth.ServiceCredentials(keys.Issuer("order"))))
	require.NoError(t, err)
	t.Cleanup(func() { _ = own.Close() })
	cfg := config.Defaults[inventory.Config]()
	catalogue := inventory.New(own, redistest.New(t), cfg.Cache, cache.NewMetrics(prometheus.NewRegistry()))

	products, err := catalogue.Products(t.Context(), []string{sku})
	require.NoError(t, err)
	_, unknown := catalogue.Products(t.Context(), []string{sku, uuid.NewString()})

	price, err := domain.NewMoney(100, "EUR")
	require.NoError(t, err)
	assert.Equal(t, []usecase.Product{{SKU: sku, Name: "Tea", UnitPrice: price}}, products)
	assert.Equal(t, errs.NotFound, errs.CodeOf(unknown))
}
