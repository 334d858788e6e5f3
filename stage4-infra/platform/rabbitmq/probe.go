package rabbitmq

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"shop/platform/health"
)

// links knows which links with the broker work: the publisher's, and one for each queue that the service consumes.
type links struct {
	mu sync.Mutex
	up map[string]bool
}

func newLinks() *links { return &links{up: map[string]bool{}} }

func (l *links) set(name string, up bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.up[name] = up
}

// newProbe returns the probe "broker". It asks nothing: a broker that does not answer misses its heartbeats, and the links break.
func newProbe(l *links) health.Probe {
	return health.Probe{Name: "broker", Check: func(context.Context) error { return l.check() }}
}

func (l *links) check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var down []string
	for name, up := range l.up {
		if !up {
			down = append(down, name)
		}
	}
	if len(down) == 0 {
		return nil
	}
	slices.Sort(down)
	return fmt.Errorf("not connected: %s", strings.Join(down, ", "))
}
