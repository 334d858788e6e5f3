package dispatcher

import (
	"context"
	"sync"

	"shop/platform/parallel"
)

// Map waits for all items.
func Map[T, R any](ctx context.Context, d *Dispatcher, items []T, work func(ctx context.Context, item T) (R, error)) []Result[R] {
	results := make([]Result[R], len(items))
	var left sync.WaitGroup
	for i, item := range items {
		left.Add(1)
		err := d.Submit(ctx, func() {
			defer left.Done()
			results[i].Err = parallel.Protect(func() (err error) {
				if err = ctx.Err(); err == nil {
					results[i].Value, err = work(ctx, item)
				}
				return err
			})
		})
		if err != nil {
			results[i].Err = err
			left.Done()
		}
	}
	left.Wait()
	return results
}
