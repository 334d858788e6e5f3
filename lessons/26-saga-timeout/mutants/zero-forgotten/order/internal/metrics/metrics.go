package metrics

import "shop/order/internal/service/saga"

func (m *Metrics) OpenSagas(counts []saga.Count) {
	unsettled := make(map[string]int64)
	for _, count := range counts {
		if count.Status == saga.Failed {
			m.failed.WithLabelValues(count.Type).Set(float64(count.N))
		} else {
			unsettled[count.Type] += count.N
		}
	}
	for sagaType, n := range unsettled {
		m.unsettled.WithLabelValues(sagaType).Set(float64(n))
	}
}
