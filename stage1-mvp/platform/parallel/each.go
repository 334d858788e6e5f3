// Package parallel runs functions concurrently and waits for them.
package parallel

import (
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// Each calls work for all items, at most limit at the same time, and returns when all are done. A panic is reported to panicked and does
// not stop the others: no interceptor recovers a panic in these goroutines.
func Each[T any](items []T, limit int, work func(item T), panicked func(item T, err error, stack []byte)) {
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
