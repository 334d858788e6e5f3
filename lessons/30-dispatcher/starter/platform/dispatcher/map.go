package dispatcher

import "context"

// Map calls work for each item on the workers of the dispatcher and returns the results in the order of the items. When ctx ends, items that
// are not done have its error; work that has begun gets the same ctx and may still go on. A panic is a *parallel.PanicError.
func Map[T, R any](ctx context.Context, d *Dispatcher, items []T, work func(ctx context.Context, item T) (R, error)) []Result[R] {
	// TODO: use the workers of d.
	return make([]Result[R], len(items))
}
