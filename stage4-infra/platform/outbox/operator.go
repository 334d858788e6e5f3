package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNotFailed means that there is no failed event with this id.
var ErrNotFailed = errors.New("no failed event with this id")

// Stored is an event that is not sent, as an operator sees it.
type Stored struct {
	ID            string          `json:"id"`
	Type          string          `json:"event_type"`
	Version       int             `json:"event_version"`
	AggregateType string          `json:"aggregate_type"`
	AggregateID   string          `json:"aggregate_id"`
	CorrelationID string          `json:"correlation_id"`
	CreatedAt     time.Time       `json:"created_at"`
	RetryCount    int             `json:"retry_count"`
	LastError     string          `json:"last_error"`
	FailedAt      *time.Time      `json:"failed_at"`
	PickedBy      *string         `json:"picked_by"` // the relay that owns its aggregate now
	Waiting       int             `json:"waiting"`   // events of the same aggregate that it stops
	Payload       json.RawMessage `json:"payload"`
}

// Operator lists and settles events that the relay cannot publish.
type Operator struct{ pool *pgxpool.Pool }

// NewOperator returns an Operator.
func NewOperator(pool *pgxpool.Pool) *Operator { return &Operator{pool} }

const refusedEvents = `
SELECT e.id, e.event_type, e.event_version, e.aggregate_type, e.aggregate_id, e.correlation_id, e.created_at, e.retry_count, e.last_error,
    e.failed_at, lease.picked_by, (
        SELECT count(*) FROM outbox_events AS later
        WHERE later.part = e.part AND later.sent_at IS NULL AND later.seq > e.seq
            AND later.aggregate_type = e.aggregate_type AND later.aggregate_id = e.aggregate_id
    ), e.payload
FROM outbox_events AS e JOIN outbox_leases AS lease USING (part)
WHERE e.sent_at IS NULL AND e.retry_at IS NOT NULL
ORDER BY e.seq LIMIT $1`

// Refused returns events that the broker has refused, oldest first: those that are tried again and those that have failed.
func (o *Operator) Refused(ctx context.Context, limit int) ([]Stored, error) {
	rows, err := o.pool.Query(ctx, refusedEvents, limit)
	if err != nil {
		return nil, fmt.Errorf("list refused events: %w", err)
	}
	events, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Stored])
	if err != nil {
		return nil, fmt.Errorf("list refused events: %w", err)
	}
	return events, nil
}

const retryFailed = `
UPDATE outbox_events SET failed_at = NULL, retry_at = clock_timestamp(), retry_count = 0
WHERE id = $1 AND sent_at IS NULL AND failed_at IS NOT NULL`

// Retry lets the relay publish a failed event again, and then what waits behind it.
func (o *Operator) Retry(ctx context.Context, id string) error { return o.settle(ctx, retryFailed, id) }

const discardFailed = `DELETE FROM outbox_events WHERE id = $1 AND sent_at IS NULL AND failed_at IS NOT NULL`

// Discard deletes a failed event, and the relay goes on with what waits behind it. Consumers never get the event.
func (o *Operator) Discard(ctx context.Context, id string) error {
	return o.settle(ctx, discardFailed, id)
}

func (o *Operator) settle(ctx context.Context, statement, id string) error {
	tag, err := o.pool.Exec(ctx, statement, id)
	if err != nil {
		return fmt.Errorf("event %s: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("event %s: %w", id, ErrNotFailed)
	}
	if _, err := o.pool.Exec(ctx, notify); err != nil {
		return fmt.Errorf("wake the relay: %w", err) // it also polls
	}
	return nil
}
