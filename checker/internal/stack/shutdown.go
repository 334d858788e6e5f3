package stack

import (
	"context"
	"sync"
	"time"
)

// shutDown asks the services to end, callers before callees, and kills what is left after grace.
func (s *Stack) shutDown(grace time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	for _, layer := range [][]string{{"gateway"}, {"order"}, {"inventory", "wallet"}} {
		var wait sync.WaitGroup
		for _, name := range layer {
			if service := s.Service(name); service != nil {
				wait.Go(func() { _, _ = service.Stop(ctx) })
			}
		}
		wait.Wait()
	}
	s.Close()
}
