package inventory

import "context"

// Remember stores the product of an event.
//
//stagecraft:add
func (c *Client) Remember(ctx context.Context, sku, name string, price int64, currency string) error {
	return c.cache.Set(ctx, sku, product{Name: name, PriceMinor: price, Currency: currency})
}
