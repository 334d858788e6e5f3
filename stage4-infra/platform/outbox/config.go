package outbox

import (
	"errors"
	"time"

	"shop/platform/config"
)

// Config holds the limits of the outbox of a service.
type Config struct {
	// MaxPayload is the most bytes of a message. Brokers close the connection when a message is longer than their own limit.
	MaxPayload int `env:"OUTBOX_MAX_PAYLOAD" default:"1048576"`
	// Lease is how long a relay owns its share of the aggregates without renewing it. A relay that died or froze keeps its share for so long.
	Lease time.Duration `env:"OUTBOX_LEASE" default:"15s"`
	// Heartbeat is the time between two renewals, which also divide the aggregates among the relays that are alive.
	Heartbeat time.Duration `env:"OUTBOX_HEARTBEAT" default:"3s"`
	// Batch is the most events of a claim.
	Batch int `env:"OUTBOX_BATCH" default:"1000"`
	// ConfirmTimeout bounds a batch. It must be shorter than the lease.
	ConfirmTimeout time.Duration `env:"OUTBOX_CONFIRM_TIMEOUT" default:"10s"`
	// PollBusy, PollIdle and PollQuiet are the times between two claims after events, some time after them, and long after them. They
	// matter when a notification is lost.
	PollBusy  time.Duration `env:"OUTBOX_POLL_BUSY" default:"100ms"`
	PollIdle  time.Duration `env:"OUTBOX_POLL_IDLE" default:"1s"`
	PollQuiet time.Duration `env:"OUTBOX_POLL_QUIET" default:"5s"`
	// MaxRetries is how often an event that the broker refused is published again before it has failed. RetryPause is the pause before the
	// first time; it doubles each time, up to RetryPauseMax.
	MaxRetries    int           `env:"OUTBOX_MAX_RETRIES" default:"10"`
	RetryPause    time.Duration `env:"OUTBOX_RETRY_PAUSE" default:"1s"`
	RetryPauseMax time.Duration `env:"OUTBOX_RETRY_PAUSE_MAX" default:"5m"`
	// BrokerPause is the pause after the broker or the database could not be reached.
	BrokerPause time.Duration `env:"OUTBOX_BROKER_PAUSE" default:"1s"`
	// ReleaseTimeout bounds giving the leases back when the relay stops. Without that they expire after Lease.
	ReleaseTimeout time.Duration `env:"OUTBOX_RELEASE_TIMEOUT" default:"500ms"`
	// Retention is how long events that were sent are kept. Every PruneInterval older ones are deleted, PruneBatch at a time.
	Retention     time.Duration `env:"OUTBOX_RETENTION" default:"168h"`
	PruneInterval time.Duration `env:"OUTBOX_PRUNE_INTERVAL" default:"1m"`
	PruneBatch    int           `env:"OUTBOX_PRUNE_BATCH" default:"1000"`
	// MeasureInterval is the time between two measurements of the backlog.
	MeasureInterval time.Duration `env:"OUTBOX_MEASURE_INTERVAL" default:"5s"`
}

// Validate rejects limits of zero and a lease that a batch or a missed heartbeat could outlive.
func (c *Config) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"OUTBOX_LEASE": c.Lease, "OUTBOX_HEARTBEAT": c.Heartbeat, "OUTBOX_CONFIRM_TIMEOUT": c.ConfirmTimeout,
		"OUTBOX_POLL_BUSY": c.PollBusy, "OUTBOX_POLL_IDLE": c.PollIdle, "OUTBOX_POLL_QUIET": c.PollQuiet,
		"OUTBOX_RETRY_PAUSE": c.RetryPause, "OUTBOX_RETRY_PAUSE_MAX": c.RetryPauseMax, "OUTBOX_BROKER_PAUSE": c.BrokerPause,
		"OUTBOX_RELEASE_TIMEOUT": c.ReleaseTimeout,
		"OUTBOX_RETENTION":       c.Retention, "OUTBOX_PRUNE_INTERVAL": c.PruneInterval, "OUTBOX_MEASURE_INTERVAL": c.MeasureInterval,
	})
	for name, n := range map[string]int{
		"OUTBOX_MAX_PAYLOAD": c.MaxPayload, "OUTBOX_BATCH": c.Batch, "OUTBOX_MAX_RETRIES": c.MaxRetries, "OUTBOX_PRUNE_BATCH": c.PruneBatch,
	} {
		if n < 1 {
			faults = append(faults, errors.New(name+" must be at least 1"))
		}
	}
	if c.Heartbeat+c.ConfirmTimeout >= c.Lease {
		faults = append(faults, errors.New("OUTBOX_LEASE must be longer than OUTBOX_HEARTBEAT and OUTBOX_CONFIRM_TIMEOUT together"))
	}
	return errors.Join(faults...)
}
