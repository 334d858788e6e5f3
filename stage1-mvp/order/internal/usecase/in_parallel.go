package usecase

import (
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// inParallel works all items, at most limit of them at the same time. One that makes the program panic is reported, and ends nobody else's
// work: no server stands above these goroutines to catch it.
func inParallel[T any](items []T, limit int, work func(item T), panicked func(item T, err error, stack []byte)) {
	var workers errgroup.Group
	workers.SetLimit(limit)
	for _, item := range items {
		workers.Go(func() error {
			defer func() {
				if cause := recover(); cause != nil {
					panicked(item, fmt.Errorf("panic: %v", cause), debug.Stack())
				}
			}()
			work(item)
			return nil
		})
	}
	_ = workers.Wait()
}
