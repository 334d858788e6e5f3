// Package ordertest runs the order service for the tests of those who call it.
package ordertest

import (
	"cmp"
	"crypto/rand"
	"os"
	"testing"

	"shop/order/db"
	"shop/order/internal/app"
	"shop/platform/contracttest"
	"shop/platform/postgrestest"
	"shop/platform/rabbitmqtest"
	"shop/platform/redistest"
)

// Serve starts the service, with a database of its own, in front of the two services that it calls, and returns its address.
func Serve(t *testing.T, keys *contracttest.Keys, inventory, wallet string) string {
	t.Helper()
	return contracttest.Serve(t, app.Options, keys, map[string]string{
		"ORDER_ADDR":          "127.0.0.1:0",
		"DATABASE_URL":        postgrestest.NewURL(t, db.Migrations),
		"REDIS_URL":           redistest.URL(t),
		"RABBITMQ_URL":        rabbitmqtest.URL(t),
		"CURSOR_SECRET":       rand.Text(),
		"SERVICE_PRIVATE_KEY": keys.Services.Reveal(),
		// Tests share the Redis, and have products of the same name with other prices. A test of the cache sets its own.
		"CATALOGUE_CACHE_TTL":       cmp.Or(os.Getenv("CATALOGUE_CACHE_TTL"), "2ms"),
		"CATALOGUE_CACHE_EMPTY_TTL": "2ms",
		"INVENTORY_TARGET":          inventory,
	})
}
