// Package inventory calls the inventory service for use cases.
package inventory

import (
	"context"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
	"google.golang.org/grpc"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/order/internal/domain"
	"shop/order/internal/usecase"
	"shop/platform/cache"
	"shop/platform/errs"
)

// Client implements the use cases' Catalogue with a cache in front of inventory. A copy is deleted when inventory says that its product has
// changed, and expires in any case.
type Client struct {
	api   inventoryv1.InventoryServiceClient
	cache *cache.CacheLoader[product]
}

// product is a product as it is cached. With another meaning of its fields, productVersion must increase.
type product struct {
	Name       string `json:"name"`
	PriceMinor int64  `json:"price_minor"`
	Currency   string `json:"currency"`
}

const productVersion = 1

// New returns a client on the connection.
func New(conn grpc.ClientConnInterface, redis *redis.Client, cfg CacheConfig, metrics *cache.Metrics) *Client {
	return &Client{
		api:   inventoryv1.NewInventoryServiceClient(conn),
		cache: cache.New[product](redis, "catalogue", productVersion, cache.Config(cfg), metrics),
	}
}

// Products returns the products of the SKUs, in the same order; NotFound if one does not exist. A price is at most as old as the TTL of the
// cache.
func (c *Client) Products(ctx context.Context, skus []string) ([]usecase.Product, error) {
	found, err := c.cache.GetMany(ctx, skus, c.load)
	if err != nil {
		return nil, fmt.Errorf("get products: %w", err)
	}
	products := make([]usecase.Product, len(skus))
	var missing []string
	for i, sku := range skus {
		product, exists := found[sku]
		if !exists {
			missing = append(missing, sku)
			continue
		}
		price, err := domain.NewMoney(product.PriceMinor, product.Currency)
		if err != nil {
			return nil, fmt.Errorf("price of %q: %w", sku, err)
		}
		products[i] = usecase.Product{SKU: sku, Name: product.Name, UnitPrice: price}
	}
	if len(missing) > 0 {
		return nil, errs.New(errs.NotFound, "PRODUCT_NOT_FOUND", "no such product: %s", strings.Join(missing, ", "))
	}
	return products, nil
}

// Forget deletes the copies of the SKUs. A caller that asks from now on gets what inventory has.
func (c *Client) Forget(ctx context.Context, skus ...string) error {
	if err := c.cache.Delete(ctx, skus...); err != nil {
		return fmt.Errorf("forget products: %w", err)
	}
	return nil
}

// load asks inventory. NotFound does not say in a form for programs which of several SKUs do not exist, so only a single one is remembered
// as missing.
func (c *Client) load(ctx context.Context, skus []string) (map[string]product, error) {
	answer, err := c.api.GetProducts(ctx, &inventoryv1.GetProductsRequest{Skus: skus})
	if len(skus) == 1 && errs.CodeOf(err) == errs.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found := make(map[string]product, len(skus))
	for _, p := range answer.GetProducts() {
		found[p.GetSku()] = product{
			Name: p.GetName(), PriceMinor: p.GetUnitPrice().GetMinorUnits(), Currency: p.GetUnitPrice().GetCurrency(),
		}
	}
	return found, nil
}
