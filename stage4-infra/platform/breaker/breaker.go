// Package breaker stops calling a dependency that fails, until it has had time to recover. Each dependency has one breaker, which all of its
// callers share.
package breaker

import (
	"errors"

	"github.com/sony/gobreaker/v2"
	"go.uber.org/zap"

	"shop/platform/errs"
	"shop/platform/grpcstatus"
	"shop/platform/logging"
	"shop/platform/overload"
)

// Reason is the reason of the error for a call that was not made.
const Reason = "CIRCUIT_OPEN"

// Breaker counts the outcomes of calls to one dependency.
//
// It opens when at least MinRequests calls were made within Window and the share of failures reaches FailureRatio. While it is open, no call
// is made. After OpenFor it is half-open: HalfOpenRequests calls are made. If all succeed it closes, and the first failure opens it again.
type Breaker struct {
	name    string
	circuit *gobreaker.CircuitBreaker[struct{}]
	metrics *Metrics
}

// buckets is into how many parts Window is divided: old outcomes are forgotten part by part.
const buckets = 10

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
			metrics.changed(name, to)
			log.Warn("circuit breaker changed", logging.Event("platform.breaker.changed"), zap.String("dependency", name),
				zap.Stringer("from", from), zap.Stringer("to", to))
		},
	})
	metrics.watch(name, b.circuit.State)
	return b
}

// Do makes the call, or returns Unavailable with the reason CIRCUIT_OPEN when the dependency gets none at the moment.
func (b *Breaker) Do(call func() error) error {
	_, err := b.circuit.Execute(func() (struct{}, error) { return struct{}{}, call() })
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		b.metrics.rejected(b.name)
		return errs.Wrap(err, errs.Unavailable, Reason, "%s is unavailable, try again later", b.name)
	}
	return err
}

// isFailure reports whether err says that the dependency does not work. A refusal does not: it shows that the dependency is there and
// decides. Neither does one because of overload: the dependency protects itself, and answers others. Nor the end of a caller that gave up.
func isFailure(err error) bool {
	if err != nil && errs.From(parsed(err)).Reason == overload.Reason {
		return false
	}
	switch errs.CodeOf(parsed(err)) {
	case errs.Unavailable, errs.DeadlineExceeded, errs.Internal, errs.RateLimited:
		return true
	default:
		return false
	}
}

// parsed gives gRPC statuses their code; other errors stay as they are.
func parsed(err error) error { return grpcstatus.Parse(err) }
