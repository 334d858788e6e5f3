// Package stats runs contestants in turn, so that noise of the machine hits all of them, and prints medians and ratios.
package stats

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"
)

// Result is what one run measured.
type Result struct {
	Rate     float64 // orders per second
	Services float64 // CPU milliseconds of the services per order
	Database float64 // CPU milliseconds of PostgreSQL per order
	Broker   float64 // CPU milliseconds of RabbitMQ per order
	Latency  float64 // median milliseconds from request to answer
}

// Contestant is a system that is measured.
type Contestant struct {
	Name string
	Run  func(ctx context.Context) (Result, error)
}

// Table holds the results of all runs. The first contestant is the base of the ratios.
type Table struct {
	contestants []Contestant
	results     map[string][]Result
}

// Measure runs the contestants in turn, runs times, and reports each result to progress.
func Measure(ctx context.Context, contestants []Contestant, runs int, progress io.Writer) (*Table, error) {
	t := &Table{contestants: contestants, results: make(map[string][]Result)}
	for run := range runs {
		for _, c := range contestants {
			result, err := c.Run(ctx)
			if err != nil {
				return nil, fmt.Errorf("run %d of %s: %w", run+1, c.Name, err)
			}
			fmt.Fprintf(progress, "run %d  %-16s %6.0f orders/s  %6.2f ms CPU of services  %6.2f ms of PostgreSQL  %6.2f ms of RabbitMQ  %6.1f ms median latency\n",
				run+1, c.Name, result.Rate, result.Services, result.Database, result.Broker, result.Latency)
			t.results[c.Name] = append(t.results[c.Name], result)
		}
	}
	return t, nil
}

// Print writes the medians as a Markdown table, and the median of the ratios of each run to the first contestant.
func (t *Table) Print(to io.Writer) error {
	base := t.results[t.contestants[0].Name]
	w := tabwriter.NewWriter(to, 0, 0, 1, ' ', 0)
	fmt.Fprintf(w, "| system\t| orders/s\t| × %s\t| CPU ms per order\t| of services\t| of PostgreSQL\t| of RabbitMQ\t| × %[1]s\t| median latency ms\t|\n", t.contestants[0].Name)
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---\t|")
	for _, c := range t.contestants {
		results := t.results[c.Name]
		of := func(value func(r Result) float64) float64 {
			values := make([]float64, len(results))
			for i, r := range results {
				values[i] = value(r)
			}
			return Median(values)
		}
		ratio := func(value func(r Result) float64) float64 {
			values := make([]float64, len(results))
			for i, r := range results {
				values[i] = value(r) / value(base[i])
			}
			return Median(values)
		}
		cpu := func(r Result) float64 { return r.Services + r.Database + r.Broker }
		rate := func(r Result) float64 { return r.Rate }
		fmt.Fprintf(w, "| %s\t| %.0f\t| %.2f\t| %.2f\t| %.2f\t| %.2f\t| %.2f\t| %.2f\t| %.1f\t|\n", c.Name, of(rate), ratio(rate), of(cpu),
			of(func(r Result) float64 { return r.Services }), of(func(r Result) float64 { return r.Database }),
			of(func(r Result) float64 { return r.Broker }), ratio(cpu), of(func(r Result) float64 { return r.Latency }))
	}
	return w.Flush()
}

// Median returns the median of the values, or NaN if there are none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
