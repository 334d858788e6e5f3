package overload

import (
	"context"
)

// Check refuses like Admit.
func (l *Limiter) Check(ctx context.Context, p Priority) error {
	_, err := l.Admit(ctx, p)
	return err
}
