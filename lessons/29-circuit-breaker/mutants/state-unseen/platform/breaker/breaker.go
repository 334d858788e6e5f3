package breaker

import (
	"github.com/sony/gobreaker/v2"
	"go.uber.org/zap"

	"shop/platform/errs"
	"shop/platform/logging"
)

// New returns a closed breaker. The name is the dependency in errors, logs and metrics.
func New(name string, cfg Config, metrics *Metrics, log *zap.Logger) *Breaker {
	b := &Breaker{name: name, metrics: metrics}
	b.circuit = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name:         name,
		MaxRequests:  uint32(cfg.HalfOpenRequests),
		Interval:     cfg.Window,
		BucketPeriod: cfg.Window / buckets,
		Timeout:      cfg.OpenFor,
		ReadyToTrip: func(counts gobreaker.Counts) bool {
			made := counts.TotalSuccesses + counts.TotalFailures
			return made >= uint32(cfg.MinRequests) && float64(counts.TotalFailures) >= cfg.FailureRatio*float64(made)
		},
		IsSuccessful: func(err error) bool { return !isFailure(err) },
		IsExcluded:   func(err error) bool { return errs.CodeOf(parsed(err)) == errs.Canceled },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			log.Warn("circuit breaker changed", logging.Event("platform.breaker.changed"), zap.String("dependency", name),
				zap.Stringer("from", from), zap.Stringer("to", to))
		},
	})
	metrics.expect(name)
	return b
}
