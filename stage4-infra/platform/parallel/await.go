package parallel

import "context"

// Await calls wait and returns nil when it has returned, or the error of ctx when ctx ends first. The goroutine of wait then continues.
func Await(ctx context.Context, wait func()) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
