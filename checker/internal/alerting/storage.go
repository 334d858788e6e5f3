package alerting

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	stale "github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// Series are time series in memory. They start at time zero.
type Series struct {
	all map[uint64]*series
}

type series struct {
	labels  labels.Labels
	samples []chunks.Sample
}

// NewSeries returns no series.
func NewSeries() *Series { return &Series{all: map[uint64]*series{}} }

// Add parses a series in the notation of promtool's tests, such as `up{job="shop"} 1x10 _x2 0+1x5`, whose samples are interval apart.
func (s *Series) Add(interval time.Duration, description string) error {
	metric, values, err := parser.ParseSeriesDesc(description)
	if err != nil {
		return fmt.Errorf("series %s: %w", description, err)
	}
	for i, v := range values {
		if !v.Omitted {
			s.append(metric, interval.Milliseconds()*int64(i), v.Value)
		}
	}
	return nil
}

func (s *Series) append(metric labels.Labels, at int64, v float64) {
	key := metric.Hash()
	if s.all[key] == nil {
		s.all[key] = &series{labels: metric}
	}
	s.all[key].samples = append(s.all[key].samples, sample{at, v})
}

// end marks that a series has no value from now on.
func (s *Series) end(metric labels.Labels, at int64) {
	s.append(metric, at, math.Float64frombits(stale.StaleNaN))
}

// Querier implements storage.Queryable.
func (s *Series) Querier(_, _ int64) (storage.Querier, error) { return querier{s: s}, nil }

type querier struct {
	storage.LabelQuerier
	s *Series
}

func (q querier) Close() error { return nil }

// Select returns the series that match, in no order: the engine sorts what it returns.
func (q querier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	found := &seriesSet{next: -1}
	for _, candidate := range q.s.all {
		if matches(candidate.labels, matchers) {
			found.series = append(found.series, storage.NewListSeries(candidate.labels, candidate.samples))
		}
	}
	return found
}

func matches(metric labels.Labels, matchers []*labels.Matcher) bool {
	for _, matcher := range matchers {
		if !matcher.Matches(metric.Get(matcher.Name)) {
			return false
		}
	}
	return true
}

type seriesSet struct {
	series []storage.Series
	next   int
}

func (s *seriesSet) Next() bool                        { s.next++; return s.next < len(s.series) }
func (s *seriesSet) At() storage.Series                { return s.series[s.next] }
func (s *seriesSet) Err() error                        { return nil }
func (s *seriesSet) Warnings() annotations.Annotations { return nil }

// sample implements chunks.Sample for plain numbers.
type sample struct {
	at int64
	v  float64
}

func (s sample) T() int64                      { return s.at }
func (s sample) ST() int64                     { return 0 }
func (s sample) F() float64                    { return s.v }
func (s sample) H() *histogram.Histogram       { return nil }
func (s sample) FH() *histogram.FloatHistogram { return nil }
func (s sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s sample) Copy() chunks.Sample           { return s }
