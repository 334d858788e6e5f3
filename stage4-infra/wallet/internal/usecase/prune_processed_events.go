package usecase

import (
	"context"
	"errors"
	"time"

	"shop/platform/config"
)

// PruneConfig is the retention rule of processed_events. Retention must be longer than any client repeats a request and any saga step may
// be delayed.
type PruneConfig struct {
	Retention time.Duration `env:"PROCESSED_EVENTS_RETENTION" default:"720h"`
	Interval  time.Duration `env:"PROCESSED_EVENTS_PRUNE_INTERVAL" default:"1h"`
	// Timeout bounds one batch.
	Timeout time.Duration `env:"PROCESSED_EVENTS_PRUNE_TIMEOUT" default:"5s"`
	Batch   int           `env:"PROCESSED_EVENTS_PRUNE_BATCH" default:"1000"`
}

// Validate refuses values that are not positive.
func (c *PruneConfig) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"PROCESSED_EVENTS_RETENTION": c.Retention, "PROCESSED_EVENTS_PRUNE_INTERVAL": c.Interval,
		"PROCESSED_EVENTS_PRUNE_TIMEOUT": c.Timeout,
	})
	if c.Batch < 1 {
		faults = append(faults, errors.New("PROCESSED_EVENTS_PRUNE_BATCH must be at least 1"))
	}
	return errors.Join(faults...)
}

// PruneProcessedEvents deletes stored answers that are older than the retention.
type PruneProcessedEvents struct {
	cfg    PruneConfig
	events ProcessedEvents
}

// NewPruneProcessedEvents returns the use case.
func NewPruneProcessedEvents(cfg PruneConfig, events ProcessedEvents) *PruneProcessedEvents {
	return &PruneProcessedEvents{cfg: cfg, events: events}
}

// Execute deletes batch by batch until nothing is left, and returns how many answers it deleted.
func (u *PruneProcessedEvents) Execute(ctx context.Context) (total int, err error) {
	for {
		deleted, err := u.prune(ctx)
		total += deleted
		if err != nil || deleted < u.cfg.Batch {
			return total, err
		}
	}
}

func (u *PruneProcessedEvents) prune(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, u.cfg.Timeout)
	defer cancel()
	return u.events.Prune(ctx, u.cfg.Retention, u.cfg.Batch)
}
