package postgres

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPoolMetrics_BeforeFirstConnection(t *testing.T) {
	t.Parallel()
	pool, err := NewPool(t.Context(), Config{
		URL: "postgres://user@127.0.0.1:1/db", MaxConns: 7, StatementTimeout: time.Second, ConnectTimeout: time.Second, ConnLifetime: time.Hour,
	})
	require.NoError(t, err)
	defer pool.Close()
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registerPoolMetrics(registry, pool))

	families, err := registry.Gather()

	require.NoError(t, err)
	shown := make(map[string]float64)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			name := family.GetName()
			for _, label := range metric.GetLabel() {
				name += " " + label.GetValue()
			}
			shown[name] = metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
		}
	}
	assert.Equal(t, map[string]float64{
		"db_pool_max_connections": 7, "db_pool_acquires_total": 0, "db_pool_waits_total": 0, "db_pool_wait_seconds_total": 0,
		"db_pool_connections idle": 0, "db_pool_connections in_use": 0, "db_pool_connections opening": 0,
	}, shown)
}
