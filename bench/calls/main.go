// Calls compares what stage 2 adds to a call: a hit of its cache, a call through its circuit breaker, and its lock, each beside the public
// library that does the same, on one Redis.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/redis/go-redis/v9"

	"bench/stats"
)

// contestant is one way to make a call. The first of a group is the base of its ratios.
type contestant struct {
	name    string
	clients int
	call    func(client int) error
}

func main() {
	address := flag.String("redis", os.Getenv("STAGECRAFT_REDIS_URL"), "redis://… (STAGECRAFT_REDIS_URL)")
	runs := flag.Int("runs", 5, "runs of each contestant, in turn")
	length := flag.Duration("time", time.Second, "length of a run")
	flag.Parse()
	if err := measure(context.Background(), *address, *runs, *length); err != nil {
		fmt.Fprintln(os.Stderr, "calls:", err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, address string, runs int, length time.Duration) error {
	options, err := redis.ParseURL(address)
	if err != nil {
		return err
	}
	options.PoolSize = 32
	db := redis.NewClient(options)
	defer db.Close()
	server, err := db.Info(ctx, "server").Result()
	if err != nil {
		return err
	}
	pids := []int{os.Getpid(), pidOf(server)}
	for _, clients := range []int{1, 16} {
		hits, err := cacheHits(ctx, db, clients)
		if err != nil {
			return err
		}
		if err := compare(fmt.Sprintf("A hit of the cache, %d clients", clients), hits, pids, runs, length); err != nil {
			return err
		}
	}
	if err := compare("A call through a circuit breaker", breakers(), pids, runs, length); err != nil {
		return err
	}
	return compare("Lock and unlock", locks(ctx, db), pids, runs, length)
}

// pidOf returns the process of Redis, which counts if it is on this machine.
func pidOf(info string) int {
	for line := range strings.Lines(info) {
		if id, ok := strings.CutPrefix(line, "process_id:"); ok {
			pid, _ := strconv.Atoi(strings.TrimSpace(id))
			return pid
		}
	}
	return 0
}

// compare measures the contestants in turn, so that noise hits all of them, and prints medians.
func compare(title string, contestants []contestant, pids []int, runs int, length time.Duration) error {
	rates, cpu := make([][]float64, len(contestants)), make([][]float64, len(contestants))
	for range runs {
		for i, c := range contestants {
			used := stats.CPUSeconds(pids...)
			calls, took, err := load(c, length)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			rates[i] = append(rates[i], float64(calls)/took.Seconds())
			cpu[i] = append(cpu[i], (stats.CPUSeconds(pids...)-used)/float64(calls)*1e6)
		}
	}
	fmt.Printf("\n%s: %d runs of %s in turn\n\n", title, runs, length)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', 0)
	fmt.Fprintf(w, "| contestant\t| calls/s\t| CPU µs per call\t| × CPU of %s\t|\n|---\t|---\t|---\t|---\t|\n", contestants[0].name)
	base := stats.Median(cpu[0])
	for i, c := range contestants {
		fmt.Fprintf(w, "| %s\t| %.0f\t| %.2f\t| %.2f\t|\n", c.name, stats.Median(rates[i]), stats.Median(cpu[i]), stats.Median(cpu[i])/base)
	}
	return w.Flush()
}

// load makes calls from all clients for a while.
func load(c contestant, length time.Duration) (calls int, took time.Duration, err error) {
	const between = 100 // calls between two looks at the clock
	var (
		clients sync.WaitGroup
		mu      sync.Mutex
		began   = time.Now()
	)
	for client := range c.clients {
		clients.Go(func() {
			own, problem := 0, error(nil)
			for time.Since(began) < length && problem == nil {
				for range between {
					if problem = c.call(client); problem != nil {
						break
					}
					own++
				}
			}
			mu.Lock()
			defer mu.Unlock()
			calls += own
			err = errors.Join(err, problem)
		})
	}
	clients.Wait()
	return calls, time.Since(began), err
}
