package metrics_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/domain"
	"shop/inventory/internal/metrics"
)

func TestMetrics_CountEventsAndPiecesByOutcome(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m := metrics.New(registry)
	assert.Equal(t, map[string]float64{
		"stock_reservations_total held": 0, "stock_reservations_total released": 0, "stock_reservations_total shipped": 0,
		"stock_reserved_pieces_total held": 0, "stock_reserved_pieces_total released": 0, "stock_reserved_pieces_total shipped": 0,
	}, counted(t, registry), "a rate needs the series before its first event")

	pieces := func(n int32) domain.Subject { return domain.Subject{Items: []domain.Item{{SKU: "tea", Quantity: n}}} }
	m.ReservationChanged(domain.ReservationHeld{Subject: pieces(5)})
	m.ReservationChanged(domain.ReservationHeld{Subject: pieces(2)})
	m.ReservationChanged(domain.ReservationReleased{Subject: pieces(2)})
	m.ReservationChanged(domain.ReservationShipped{Subject: pieces(3)})

	assert.Equal(t, map[string]float64{
		"stock_reservations_total held": 2, "stock_reservations_total released": 1, "stock_reservations_total shipped": 1,
		"stock_reserved_pieces_total held": 7, "stock_reserved_pieces_total released": 2, "stock_reserved_pieces_total shipped": 3,
	}, counted(t, registry))
}

func counted(t *testing.T, registry *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	counts := make(map[string]float64)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			counts[family.GetName()+" "+metric.GetLabel()[0].GetValue()] = metric.GetCounter().GetValue()
		}
	}
	return counts
}
