package postgres

import (
	"context"
	"time"
)

//stagecraft:drop
func (m *TxManager) rerun(ctx context.Context, once func() error) error { return nil }

//stagecraft:drop
func pause(ctx context.Context, d time.Duration) bool { return false }
