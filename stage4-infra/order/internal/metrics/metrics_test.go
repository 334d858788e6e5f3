package metrics_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/metrics"
	"shop/order/internal/service/saga"
)

// series returns the value of each series, by its name and the values of its labels in the order of their names.
func series(t *testing.T, registry *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	out := make(map[string]float64)
	for _, family := range families {
		for _, one := range family.GetMetric() {
			name := family.GetName()
			for _, label := range one.GetLabel() {
				name += " " + label.GetValue()
			}
			out[name] = one.GetCounter().GetValue() + one.GetGauge().GetValue() + one.GetHistogram().GetSampleSum()
		}
	}
	return out
}

func TestMetrics_Events_CountedUnderKnownLabels(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m := metrics.New(registry)
	before := series(t, registry)
	total, err := domain.NewMoney(1250, "EUR")
	require.NoError(t, err)

	m.OrderPaid(total)
	m.OrderPaid(total)
	m.OrderCancelled(domain.CancelByBuyer)
	m.SagaSettled(saga.CreateOrder, saga.Completed, 3*time.Second)
	m.SagaSettled(saga.CreateOrder, saga.Completed, -time.Second) // the clocks of the service and its database differ
	m.OpenSagas([]saga.Count{{Type: saga.CancelOrder, Status: saga.Running, N: 4}})
	m.OpenSagas([]saga.Count{
		{Type: saga.CreateOrder, Status: saga.Running, N: 2}, {Type: saga.CreateOrder, Status: saga.Compensating, N: 1},
		{Type: saga.ShipOrder, Status: saga.Failed, N: 5, Stuck: 4},
	})

	want := map[string]float64{
		"orders_total paid": 2, "orders_total cancelled_by_buyer": 1, "order_value_minor_total EUR": 2500,
		"sagas_total completed CREATE_ORDER": 2, "saga_duration_seconds completed CREATE_ORDER": 3,
		"sagas_unsettled CREATE_ORDER": 3, "sagas_failed SHIP_ORDER": 5, "sagas_stuck SHIP_ORDER": 4,
	}
	after := series(t, registry)
	for name, value := range after {
		assert.InDelta(t, want[name], value, 0, name)
	}
	for name := range want {
		assert.Contains(t, after, name)
	}
	for _, name := range []string{"orders_total out_of_stock", "orders_total refused", "sagas_total failed CANCEL_ORDER", "sagas_unsettled CANCEL_ORDER", "sagas_failed CANCEL_ORDER"} {
		assert.Contains(t, before, name, "a series that comes with its first event hides that event from a rate")
	}
}

func TestMetrics_UnknownValues_ShareOneSeries(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m := metrics.New(registry)
	before := len(series(t, registry))

	for i := range 10 {
		m.OrderCancelled(domain.CancelCode(fmt.Sprint("NEW_", i)))
	}

	after := series(t, registry)
	assert.InDelta(t, 10, after["orders_total other"], 0)
	assert.Len(t, after, before+1)
}
