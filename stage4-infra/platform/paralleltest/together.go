// Package paralleltest starts the same work many times at the same moment, for tests of what must happen only once.
package paralleltest

import "sync"

// Together runs fn n times at once and returns its errors by the number of the run.
func Together(n int, fn func(i int) error) []error {
	problems := make([]error, n)
	start := make(chan struct{})
	var runs sync.WaitGroup
	for i := range n {
		runs.Go(func() {
			<-start
			problems[i] = fn(i)
		})
	}
	close(start)
	runs.Wait()
	return problems
}
