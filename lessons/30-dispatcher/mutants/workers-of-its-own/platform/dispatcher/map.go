package dispatcher

import (
	"context"
	"sync"

	"shop/platform/parallel"
)

// Map runs as many items at once as there are workers.
func Map[T, R any](ctx context.Context, d *Dispatcher, items []T, work func(ctx context.Context, item T) (R, error)) []Result[R] {
	results := make([]Result[R], len(items))
	var mu sync.Mutex
	own := New(4, len(items), d.panicked)
	defer func() { go func() { _ = own.Stop(context.WithoutCancel(ctx)) }() }()
	var left sync.WaitGroup
	d.mu.RLock()
	stopped := d.stopped
	d.mu.RUnlock()
	for i, item := range items {
		if results[i].Err = context.Canceled; stopped {
			results[i].Err = ErrStopped
			continue
		}
		left.Add(1)
		_ = own.TrySubmit(func() {
			defer left.Done()
			var r Result[R]
			r.Err = parallel.Protect(func() (err error) { r.Value, err = work(ctx, item); return err })
			mu.Lock()
			defer mu.Unlock()
			if ctx.Err() == nil {
				results[i] = r
			}
		})
	}
	_ = parallel.Await(ctx, left.Wait)
	return results
}
