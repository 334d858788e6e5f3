package outbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/platform/parallel"
)

// pollsEach is how often a relay polls without finding an event before it polls less often.
const pollsEach = 10

// Relay publishes the events of the partitions that it owns. Any number of relays share an outbox.
//
// It works in batches: claim events, publish them, wait for the confirms, mark them. A relay that dies in between leaves events unmarked,
// and the next owner publishes them again. Leases are balanced between two batches only, so nothing is in flight when one changes hands.
type Relay struct {
	cfg       Config
	store     *store
	leases    *leases
	publisher Publisher
	metrics   *Metrics
	log       *zap.Logger
	wake      chan struct{}

	balanced time.Time
	idle     int // polls without an event

	stop, abort context.CancelFunc
	running     sync.WaitGroup
}

// NewRelay returns a Relay that is not running. The name must be different from that of every other relay.
func NewRelay(cfg Config, name string, pool *pgxpool.Pool, publisher Publisher, metrics *Metrics, log *zap.Logger) *Relay {
	leases := &leases{pool: pool, name: name, ttl: cfg.Lease}
	return &Relay{
		cfg: cfg, leases: leases, store: &store{pool, leases, cfg}, publisher: publisher, metrics: metrics,
		log: log.With(zap.String("relay", name)), wake: make(chan struct{}, 1),
	}
}

// Start runs the relay in the background until Stop.
func (r *Relay) Start(context.Context) error {
	stopping, stop := context.WithCancel(context.Background())
	working, abort := context.WithCancel(context.Background())
	r.stop, r.abort = stop, abort
	r.running.Go(func() { r.run(working, stopping) })
	r.running.Go(func() { r.listen(stopping) })
	return nil
}

// Stop finishes the batch in flight and gives the leases back, but takes no longer than DrainTimeout: what is not confirmed then is published
// again by the next owner.
func (r *Relay) Stop(ctx context.Context) error {
	r.stop()
	defer r.abort()
	drain, cancel := context.WithTimeout(ctx, r.cfg.DrainTimeout)
	defer cancel()
	if parallel.Await(drain, r.running.Wait) == nil {
		return nil
	}
	r.log.Warn("relay stopped before its batch was confirmed", logging.Event("platform.outbox.interrupted"))
	r.abort()
	return parallel.Await(ctx, r.running.Wait)
}

func (r *Relay) run(ctx, stopping context.Context) {
	for stopping.Err() == nil {
		busy, err := r.step(ctx, stopping)
		switch {
		case err != nil && stopping.Err() == nil:
			r.log.Warn("relay paused", logging.Event("platform.outbox.paused"), logging.Error(err))
			r.metrics.paused.Inc()
			r.pause(stopping, r.cfg.BrokerPause, nil)
		case busy:
			r.idle = 0
		default:
			r.pause(stopping, r.poll(), r.wake)
			r.idle++
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.DrainTimeout)
	defer cancel()
	if err := r.leases.release(ctx); err != nil {
		r.log.Warn("leases were not given back", logging.Event("platform.outbox.interrupted"), logging.Error(err))
	}
}

// step balances the leases if it is time, and relays one batch. It reports whether there were events.
func (r *Relay) step(ctx, stopping context.Context) (busy bool, err error) {
	if time.Since(r.balanced) >= r.cfg.Heartbeat {
		if err := r.leases.balance(ctx); err != nil {
			return false, err
		}
		r.balanced = time.Now()
		r.metrics.leases.Set(float64(len(r.leases.parts)))
	}
	claimed := time.Now()
	events, err := r.store.claim(ctx)
	if err != nil || len(events) == 0 {
		return false, err
	}
	b := &batch{publisher: r.publisher, events: events, until: r.leases.until}
	bounded, cancel := context.WithTimeout(ctx, r.cfg.ConfirmTimeout)
	defer cancel()
	b.publish(bounded, stopping)
	if len(b.refused) > 0 {
		r.pause(stopping, r.cfg.RetryPause, nil)
	}
	return true, errors.Join(r.markSent(ctx, b.sent, claimed), r.markRefused(ctx, b.refused, claimed), b.away)
}

func (r *Relay) markSent(ctx context.Context, sent []event, claimed time.Time) error {
	if len(sent) == 0 {
		return nil
	}
	marked, err := r.store.mark(ctx, sent, claimed)
	if err != nil {
		return err
	}
	if marked < len(sent) {
		r.log.Warn("leases were lost, events will be published again", logging.Event("platform.outbox.lease_lost"),
			zap.Int("published", len(sent)), zap.Int("marked", marked))
		r.balanced = time.Time{}
	}
	r.metrics.sent(sent)
	return nil
}

func (r *Relay) markRefused(ctx context.Context, refused []refusal, claimed time.Time) error {
	if len(refused) == 0 {
		return nil
	}
	outcomes, err := r.store.refuse(ctx, refused, claimed)
	if err != nil {
		return err
	}
	bySeq := make(map[int64]outcome, len(outcomes))
	for _, o := range outcomes {
		bySeq[o.seq] = o
	}
	for _, e := range refused {
		o, marked := bySeq[e.seq]
		if !marked {
			continue // the lease was lost
		}
		log := r.log.With(zap.String("event_id", e.ID), zap.String("event_type", e.Type), zap.String("aggregate_type", e.AggregateType),
			zap.String("aggregate_id", e.AggregateID), zap.String("correlation_id", e.CorrelationID), zap.Int("retry", o.retry))
		if o.failed {
			log.Error("event failed and stops its aggregate", logging.Event("platform.outbox.failed"), logging.Error(e.err))
			r.metrics.failed.Inc()
			continue
		}
		log.Warn("event refused", logging.Event("platform.outbox.refused"), logging.Error(e.err))
		r.metrics.retries.Inc()
	}
	return nil
}

// poll returns how long to wait for a notification.
func (r *Relay) poll() time.Duration {
	interval := r.cfg.PollQuiet
	switch r.idle / pollsEach {
	case 0:
		interval = r.cfg.PollBusy
	case 1:
		interval = r.cfg.PollIdle
	}
	return min(interval, r.cfg.Heartbeat)
}

// pause waits for d, for wake, or for the end of ctx.
func (r *Relay) pause(ctx context.Context, d time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-ctx.Done():
	}
}
