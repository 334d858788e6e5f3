package dispatcher

import (
	"context"

	"shop/platform/parallel"
)

// Map asks for the context before it submits.
func Map[T, R any](ctx context.Context, d *Dispatcher, items []T, work func(ctx context.Context, item T) (R, error)) []Result[R] {
	type numbered struct {
		number int
		result Result[R]
	}
	results := make([]Result[R], len(items))
	done := make(chan numbered, len(items))
	waiting := map[int]bool{}
	for i, item := range items {
		results[i].Err = d.Submit(ctx, func() {
			var r Result[R]
			r.Err = parallel.Protect(func() (err error) { r.Value, err = work(ctx, item); return err })
			done <- numbered{i, r}
		})
		if results[i].Err == nil {
			waiting[i] = true
		}
	}
	for len(waiting) > 0 {
		select {
		case one := <-done:
			results[one.number] = one.result
			delete(waiting, one.number)
		case <-ctx.Done():
			for i := range waiting {
				results[i].Err = ctx.Err()
			}
			return results
		}
	}
	return results
}
