package stack

import (
	"context"
	"sync"
	"time"
)

// ShutDown asks the services to end, callers before callees, and kills what is left after grace.
func (s *Stack) ShutDown(grace time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	for _, layer := range layers() {
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
