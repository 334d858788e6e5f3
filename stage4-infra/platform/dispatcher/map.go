package dispatcher

import (
	"context"

	"shop/platform/parallel"
)

// Result is what became of one item.
type Result[R any] struct {
	Value R
	Err   error
}

// Map calls work for each item on the workers of the dispatcher and returns the results in the order of the items. When ctx ends, items that
// are not done have its error; work that has begun gets the same ctx and may still go on. A panic is a *parallel.PanicError.
func Map[T, R any](ctx context.Context, d *Dispatcher, items []T, work func(ctx context.Context, item T) (R, error)) []Result[R] {
	type numbered struct {
		number int
		result Result[R]
	}
	results := make([]Result[R], len(items))
	done := make(chan numbered, len(items)) // so that a worker never waits for this function
	for i, item := range items {
		results[i].Err = d.Submit(ctx, func() {
			var result Result[R]
			result.Err = parallel.Protect(func() (err error) {
				if err = ctx.Err(); err == nil {
					result.Value, err = work(ctx, item)
				}
				return err
			})
			done <- numbered{i, result}
		})
	}
	waiting := make(map[int]bool, len(items))
	for i, result := range results {
		if result.Err == nil {
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
