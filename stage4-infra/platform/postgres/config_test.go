package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/config"
	"shop/platform/postgres"
)

func TestConfig_InvalidURL_IsReportedWithoutItsPassword(t *testing.T) {
	for _, address := range []string{
		"postgres://order:hunter2@db:port/order_db",
		"postgres://order:hunter2%zz@db:5432/order_db",
		"postgres://order:hunt@er2 hunter2@db:5432/order_db",
		"hunter2",
	} {
		t.Setenv("DATABASE_URL", address)

		err := config.Load(&postgres.Config{})

		require.ErrorContains(t, err, "DATABASE_URL", address)
		assert.NotContains(t, err.Error(), "hunter2")
		_, err = postgres.NewPool(t.Context(), postgres.Config{URL: config.Secret(address)})
		require.Error(t, err, address)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}
