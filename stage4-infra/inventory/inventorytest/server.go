// Package inventorytest runs the inventory service for the tests of those who call it.
package inventorytest

import (
	"crypto/rand"
	"testing"

	"shop/inventory/db"
	"shop/inventory/internal/app"
	"shop/platform/contracttest"
	"shop/platform/postgrestest"
	"shop/platform/rabbitmqtest"
	"shop/platform/redistest"
)

// Serve starts the service, with a database of its own, and returns its address.
func Serve(t *testing.T, keys *contracttest.Keys) string {
	t.Helper()
	return contracttest.Serve(t, app.Options, keys, map[string]string{
		"INVENTORY_ADDR": "127.0.0.1:0",
		"CURSOR_SECRET":  rand.Text(),
		"DATABASE_URL":   postgrestest.NewURL(t, db.Migrations),
		"REDIS_URL":      redistest.URL(t),
		"RABBITMQ_URL":   rabbitmqtest.URL(t),
	})
}
