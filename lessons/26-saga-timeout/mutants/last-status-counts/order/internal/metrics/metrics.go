package metrics

import "shop/order/internal/service/saga"

func (m *Metrics) OpenSagas(counts []saga.Count) {
	for _, sagaType := range saga.Types() {
		m.unsettled.WithLabelValues(sagaType).Set(0)
		m.failed.WithLabelValues(sagaType).Set(0)
	}
	for _, count := range counts {
		if count.Status == saga.Failed {
			m.failed.WithLabelValues(count.Type).Set(float64(count.N))
		} else {
			m.unsettled.WithLabelValues(count.Type).Set(float64(count.N))
		}
	}
}
