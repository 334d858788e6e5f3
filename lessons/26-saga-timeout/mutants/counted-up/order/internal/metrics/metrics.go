package metrics

import "shop/order/internal/service/saga"

func (m *Metrics) OpenSagas(counts []saga.Count) {
	for _, count := range counts {
		if count.Status == saga.Failed {
			m.failed.WithLabelValues(count.Type).Add(float64(count.N))
		} else {
			m.unsettled.WithLabelValues(count.Type).Add(float64(count.N))
		}
	}
}
