package metrics

import "shop/order/internal/service/saga"

// OpenSagas sets how many sagas of each type are in progress and how many have failed; what is missing is none.
func (m *Metrics) OpenSagas(counts []saga.Count) {
	// TODO: set m.unsettled and m.failed for each type of saga.
}
