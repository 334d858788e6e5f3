package main

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"bench/stats"
)

// system is a running system that takes orders.
type system struct {
	// pids are its services.
	pids []int
	// brokers are the processes of its message broker.
	brokers []int
	// clients is how many orders are under way at a time; 0 means those of the settings.
	clients int
	// order places one order and returns when it is paid.
	order func(ctx context.Context, client int) error
}

// load lets all clients place one order after the other.
func (e *environment) load(ctx context.Context, s *system, length time.Duration) (stats.Result, error) {
	var (
		mu        sync.Mutex
		latencies []float64
		failure   error
		clients   sync.WaitGroup
	)
	begin := time.Now()
	end := begin.Add(length)
	services, database, broker := stats.CPUSeconds(s.pids...), stats.CPUSeconds(e.postmaster), stats.CPUSeconds(s.brokers...)
	for client := range cmp.Or(s.clients, e.cfg.clients) {
		clients.Go(func() {
			var own []float64
			var err error
			for time.Now().Before(end) && ctx.Err() == nil && err == nil {
				sent := time.Now()
				if err = s.order(ctx, client); err == nil {
					own = append(own, float64(time.Since(sent).Microseconds())/1000)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			latencies = append(latencies, own...)
			if failure == nil {
				failure = err
			}
		})
	}
	clients.Wait()
	if failure == nil && len(latencies) == 0 {
		failure = ctx.Err()
	}
	if failure != nil {
		return stats.Result{}, fmt.Errorf("after %d orders: %w", len(latencies), failure)
	}
	orders := float64(len(latencies))
	return stats.Result{
		Rate:     orders / time.Since(begin).Seconds(),
		Services: 1000 * (stats.CPUSeconds(s.pids...) - services) / orders,
		Database: 1000 * (stats.CPUSeconds(e.postmaster) - database) / orders,
		Broker:   1000 * (stats.CPUSeconds(s.brokers...) - broker) / orders,
		Latency:  stats.Median(latencies),
	}, nil
}
