// Package parallel works many items at the same time, outside of any server.
package parallel

import (
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// Each works all items, at most limit of them at the same time, and returns when all are done. One that makes the program panic is
// reported, and ends nobody else's work: no server stands above these goroutines to catch it.
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
