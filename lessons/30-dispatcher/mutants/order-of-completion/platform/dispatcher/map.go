package dispatcher

import (
	"context"

	"shop/platform/parallel"
)

// Map returns the results as they come.
func Map[T, R any](ctx context.Context, d *Dispatcher, items []T, work func(ctx context.Context, item T) (R, error)) []Result[R] {
	results := make([]Result[R], 0, len(items))
	done := make(chan Result[R], len(items))
	waiting := 0
	for _, item := range items {
		err := d.Submit(ctx, func() {
			var r Result[R]
			r.Err = parallel.Protect(func() (err error) {
				if err = ctx.Err(); err == nil {
					r.Value, err = work(ctx, item)
				}
				return err
			})
			done <- r
		})
		if err != nil {
			results = append(results, Result[R]{Err: err})
			continue
		}
		waiting++
	}
	for range waiting {
		select {
		case r := <-done:
			results = append(results, r)
		case <-ctx.Done():
			results = append(results, Result[R]{Err: ctx.Err()})
		}
	}
	return results
}
