// Package wallettest runs the wallet service for the tests of its clients.
package wallettest

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"shop/paymentsim"
	"shop/platform/contracttest"
	"shop/platform/postgrestest"
	"shop/platform/rabbitmqtest"
	"shop/platform/redistest"
	"shop/wallet/db"
	"shop/wallet/internal/app"
)

// Serve starts the service, with a database and a payment provider of its own, and returns its address.
func Serve(t *testing.T, keys *contracttest.Keys) string {
	t.Helper()
	provider, err := paymentsim.Listen("127.0.0.1:0", paymentsim.Config{APIKey: rand.Text()})
	require.NoError(t, err)
	t.Cleanup(provider.Close)
	return contracttest.Serve(t, app.Options, keys, map[string]string{
		"WALLET_ADDR":     "127.0.0.1:0",
		"DATABASE_URL":    postgrestest.NewURL(t, db.Migrations),
		"REDIS_URL":       redistest.URL(t),
		"RABBITMQ_URL":    rabbitmqtest.URL(t),
		"CURSOR_SECRET":   rand.Text(),
		"PAYMENT_URL":     provider.URL(),
		"PAYMENT_API_KEY": provider.APIKey(),
	})
}
