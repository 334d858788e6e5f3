package bulkhead

import "context"

func (b *Bulkhead) enter(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.cfg.MaxWait)
	defer cancel()
	if err := b.limiter.Wait(ctx); err != nil {
		return err
	}
	select {
	case b.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
