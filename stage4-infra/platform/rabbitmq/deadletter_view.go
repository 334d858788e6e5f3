package rabbitmq

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"shop/platform/logging"
)

// DeadLetter is a dead letter as an operator sees it. Secrets in it are masked like in logs.
type DeadLetter struct {
	// ID is that of the message. One without an id has the hash of its body.
	ID            string         `json:"id"`
	Queue         string         `json:"queue"` // where it died
	Type          string         `json:"event_type"`
	AggregateType string         `json:"aggregate_type"`
	AggregateID   string         `json:"aggregate_id"`
	Sequence      int64          `json:"sequence"`
	CorrelationID string         `json:"correlation_id"`
	Reason        string         `json:"reason"`
	Error         string         `json:"error"` // empty if the broker has moved the message: the log has it then
	DiedAt        *time.Time     `json:"died_at"`
	Deliveries    int64          `json:"deliveries"`
	Replays       int64          `json:"replays"`
	Headers       map[string]any `json:"headers,omitempty"`
	Payload       any            `json:"payload,omitempty"`
}

// viewOf returns what an operator sees of a dead letter of queue. What a consumer has not written into the headers is what the broker has.
func viewOf(queue string, d amqp.Delivery) DeadLetter {
	v := DeadLetter{
		ID:            idOf(d),
		Queue:         queue,
		Type:          text(d.Headers, headerEventType),
		AggregateType: text(d.Headers, headerAggregateType),
		AggregateID:   text(d.Headers, headerAggregateID),
		Sequence:      number(d.Headers, headerSequence),
		CorrelationID: d.CorrelationId,
		Reason:        text(d.Headers, headerDeadReason),
		Error:         text(d.Headers, headerDeadError),
		Deliveries:    number(d.Headers, headerDeadDeliveries),
		Replays:       number(d.Headers, headerReplays),
	}
	if at, err := time.Parse(time.RFC3339Nano, text(d.Headers, headerDeadAt)); err == nil {
		v.DiedAt = &at
	}
	if deaths, _ := d.Headers["x-death"].([]any); len(deaths) > 0 {
		// The last death is the first in the list.
		death, _ := deaths[0].(amqp.Table)
		if at, ok := death["time"].(time.Time); ok && v.DiedAt == nil {
			v.DiedAt = &at
		}
		if v.Reason == "" {
			v.Reason = text(death, "reason")
		}
	}
	return v
}

// withContent adds the headers and the payload.
func (v DeadLetter) withContent(d amqp.Delivery) DeadLetter {
	v.Headers, _ = logging.MaskValue(map[string]any(d.Headers)).(map[string]any)
	payload := logging.MaskBody(strings.ToValidUTF8(string(d.Body), "\uFFFD"))
	if v.Payload = payload; json.Valid([]byte(payload)) {
		v.Payload = json.RawMessage(payload)
	}
	return v
}

func idOf(d amqp.Delivery) string {
	if d.MessageId != "" {
		return d.MessageId
	}
	sum := sha256.Sum256(d.Body)
	return "sha256-" + hex.EncodeToString(sum[:8])
}
