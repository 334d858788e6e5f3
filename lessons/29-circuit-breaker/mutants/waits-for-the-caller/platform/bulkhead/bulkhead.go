package bulkhead

import "context"

func (b *Bulkhead) enter(ctx context.Context) error {
	select {
	case b.places <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := b.limiter.Wait(ctx); err != nil {
		<-b.places
		return err
	}
	return nil
}
