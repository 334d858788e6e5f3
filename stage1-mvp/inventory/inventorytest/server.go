// Package inventorytest runs the inventory service for the tests of those who call it.
package inventorytest

import (
	"testing"

	"stagecraft/stage1-mvp/inventory/db"
	"stagecraft/stage1-mvp/inventory/internal/app"
	"stagecraft/stage1-mvp/platform/contracttest"
	"stagecraft/stage1-mvp/platform/postgrestest"
)

// Serve starts the service, with a database of its own, and returns its address.
func Serve(t *testing.T, keys *contracttest.Keys) string {
	t.Helper()
	return contracttest.Serve(t, app.Options, keys, map[string]string{
		"INVENTORY_ADDR": "127.0.0.1:0",
		"DATABASE_URL":   postgrestest.NewURL(t, db.Migrations),
	})
}
