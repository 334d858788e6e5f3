// Package ordertest runs the order service for the tests of those who call it.
package ordertest

import (
	"crypto/rand"
	"testing"

	"shop/order/db"
	"shop/order/internal/app"
	"shop/platform/contracttest"
	"shop/platform/postgrestest"
)

// Serve starts the service, with a database of its own, in front of the two services that it calls, and returns its address.
func Serve(t *testing.T, keys *contracttest.Keys, inventory, wallet string) string {
	t.Helper()
	return contracttest.Serve(t, app.Options, keys, map[string]string{
		"ORDER_ADDR":          "127.0.0.1:0",
		"DATABASE_URL":        postgrestest.NewURL(t, db.Migrations),
		"CURSOR_SECRET":       rand.Text(),
		"SERVICE_PRIVATE_KEY": keys.Services.Reveal(),
		"INVENTORY_TARGET":    inventory,
		"WALLET_TARGET":       wallet,
	})
}
