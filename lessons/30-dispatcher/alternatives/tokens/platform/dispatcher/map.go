package dispatcher

import (
	"context"
	"sync"

	"shop/platform/parallel"
)

func Map[T, R any](ctx context.Context, d *Dispatcher, items []T, work func(ctx context.Context, item T) (R, error)) []Result[R] {
	var (
		mu      sync.Mutex
		gone    bool
		results = make([]Result[R], len(items))
		left    sync.WaitGroup
	)
	put := func(i int, r Result[R]) {
		mu.Lock()
		defer mu.Unlock()
		if !gone {
			results[i] = r
		}
	}
	for i, item := range items {
		left.Add(1)
		put(i, Result[R]{Err: context.Canceled})
		if err := d.Submit(ctx, func() {
			defer left.Done()
			if ctx.Err() != nil {
				return
			}
			var r Result[R]
			if r.Err = parallel.Protect(func() (err error) { r.Value, err = work(ctx, item); return err }); r.Err != nil {
				r = Result[R]{Err: r.Err}
			}
			put(i, r)
		}); err != nil {
			put(i, Result[R]{Err: err})
			left.Done()
		}
	}
	if err := parallel.Await(ctx, left.Wait); err != nil {
		mu.Lock()
		gone = true
		mu.Unlock()
	}
	return results
}
