package bulkhead

import "context"

func (b *Bulkhead) enter(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.cfg.MaxWait)
	defer cancel()
	select {
	case b.places <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}
