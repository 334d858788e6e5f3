package metrics

import "shop/order/internal/service/saga"

// OpenSagas asks for each type and gauge anew.
func (m *Metrics) OpenSagas(counts []saga.Count) {
	sum := func(sagaType string, failed bool) (n float64) {
		for _, c := range counts {
			if c.Type == sagaType && (c.Status == saga.Failed) == failed {
				n += float64(c.N)
			}
		}
		return n
	}
	for _, t := range saga.Types() {
		m.failed.WithLabelValues(t).Set(sum(t, true))
		m.unsettled.WithLabelValues(t).Set(sum(t, false))
	}
}
