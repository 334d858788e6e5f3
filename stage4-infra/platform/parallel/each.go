// Package parallel runs functions concurrently and waits for them. A panic in them is an error: no interceptor recovers it.
package parallel

import (
	"errors"

	"golang.org/x/sync/errgroup"
)

// Each calls work for all items, at most limit at the same time, and returns when all are done. A panic is reported to panicked and does
// not stop the others: no interceptor recovers a panic in these goroutines.
func Each[T any](items []T, limit int, work func(item T), panicked func(item T, err error, stack []byte)) {
	var workers errgroup.Group
	workers.SetLimit(limit)
	for _, item := range items {
		workers.Go(func() error {
			err := Protect(func() error {
				work(item)
				return nil
			})
			if cause := new(PanicError); errors.As(err, &cause) {
				panicked(item, cause, cause.Stack)
			}
			return nil
		})
	}
	_ = workers.Wait()
}
