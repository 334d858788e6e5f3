package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"text/tabwriter"

	"bench/stats"
)

// contestant is a system that is measured.
type contestant struct {
	name string
	run  func(ctx context.Context) (result, error)
}

// result is what one run measured.
type result struct {
	rate float64 // events per second
	cpu  float64 // microseconds per event, of this process, PostgreSQL and RabbitMQ
}

// table holds the results of all runs. Ratios are to the bases in the same run.
type table struct {
	bases   []string
	names   []string
	results map[string][]result
}

func (t *table) measure(ctx context.Context, run int, c contestant) error {
	r, err := c.run(ctx)
	if err != nil {
		return fmt.Errorf("run %d of %s: %w", run+1, c.name, err)
	}
	fmt.Fprintf(os.Stderr, "run %d  %-28s %8.0f events/s  %7.0f µs CPU\n", run+1, c.name, r.rate, r.cpu)
	if t.results == nil {
		t.results = make(map[string][]result)
	}
	if _, known := t.results[c.name]; !known {
		t.names = append(t.names, c.name)
	}
	t.results[c.name] = append(t.results[c.name], r)
	return nil
}

// print writes a Markdown table.
func (t *table) print(to io.Writer) error {
	w := tabwriter.NewWriter(to, 0, 0, 1, ' ', 0)
	fmt.Fprint(w, "| system\t| events/s\t| CPU µs per event\t|")
	for _, base := range t.bases {
		fmt.Fprintf(w, " × %s\t|", base)
	}
	fmt.Fprint(w, "\n|---\t|---\t|---\t|")
	for range t.bases {
		fmt.Fprint(w, "---\t|")
	}
	fmt.Fprintln(w)
	for _, name := range t.names {
		rate := func(r result) float64 { return r.rate }
		cpu := func(r result) float64 { return r.cpu }
		fmt.Fprintf(w, "| %s\t| %.0f\t| %.0f\t|", name, t.median(name, rate), t.median(name, cpu))
		for _, base := range t.bases {
			fmt.Fprintf(w, " %.2f\t|", t.ratio(name, base))
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}

func (t *table) median(name string, value func(r result) float64) float64 {
	var values []float64
	for _, r := range t.results[name] {
		values = append(values, value(r))
	}
	return stats.Median(values)
}

func (t *table) ratio(name, base string) float64 {
	var ratios []float64
	for i, r := range t.results[name] {
		if i < len(t.results[base]) {
			ratios = append(ratios, r.rate/t.results[base][i].rate)
		}
	}
	return stats.Median(ratios)
}

func startProfile(name string) (stop func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return pprof.StopCPUProfile, pprof.StartCPUProfile(file)
}
