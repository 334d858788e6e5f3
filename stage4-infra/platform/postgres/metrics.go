package postgres

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// poolMetrics reads the pool's own counts whenever it is scraped, so they need no loop and are never stale.
type poolMetrics struct {
	pool                                              *pgxpool.Pool
	connections, limit, acquires, waits, waitDuration *prometheus.Desc
}

func registerPoolMetrics(registry *prometheus.Registry, pool *pgxpool.Pool) error {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return registry.Register(&poolMetrics{
		pool:         pool,
		connections:  describe("db_pool_connections", "Connections to the database, by state.", "state"),
		limit:        describe("db_pool_max_connections", "The most connections that the pool may have."),
		acquires:     describe("db_pool_acquires_total", "Connections that were taken from the pool."),
		waits:        describe("db_pool_waits_total", "Acquires that waited because no connection was idle."),
		waitDuration: describe("db_pool_wait_seconds_total", "Time spent waiting for a connection."),
	})
}

// Describe implements prometheus.Collector.
func (m *poolMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{m.connections, m.limit, m.acquires, m.waits, m.waitDuration} {
		out <- desc
	}
}

// Collect implements prometheus.Collector.
func (m *poolMetrics) Collect(out chan<- prometheus.Metric) {
	stat := m.pool.Stat()
	gauge := func(desc *prometheus.Desc, value int32, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(value), labels...)
	}
	counter := func(desc *prometheus.Desc, value float64) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, value)
	}
	gauge(m.connections, stat.AcquiredConns(), "in_use")
	gauge(m.connections, stat.IdleConns(), "idle")
	gauge(m.connections, stat.ConstructingConns(), "opening")
	gauge(m.limit, stat.MaxConns())
	counter(m.acquires, float64(stat.AcquireCount()))
	counter(m.waits, float64(stat.EmptyAcquireCount()))
	counter(m.waitDuration, stat.EmptyAcquireWaitTime().Seconds())
}
