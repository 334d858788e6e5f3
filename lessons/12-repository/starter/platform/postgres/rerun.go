package postgres

import (
	"context"
	"time"
)

// rerun calls once again after a conflict, and after a stale plan on a new connection.
func (m *TxManager) rerun(ctx context.Context, once func() error) error {
	err := once()
	for run := 0; isStalePlan(err) && run < m.cfg.MaxReruns; run++ {
		m.pool.Reset()
		err = once()
	}
	// TODO: conflicts.
	return asUnavailable(err)
}

//stagecraft:drop
func pause(ctx context.Context, d time.Duration) bool { return false }
