package rabbitmq

import (
	"errors"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"

	"shop/platform/messaging"
)

const (
	headerEventType     = "event_type"
	headerEventVersion  = "event_version"
	headerAggregateType = "aggregate_type"
	headerAggregateID   = "aggregate_id"
	headerSequence      = "sequence"
	headerDeliveryCount = "x-delivery-count"
)

// publishing returns what the broker gets of a message, but for the headers of the trace.
func publishing(m messaging.Message) amqp.Publishing {
	return amqp.Publishing{
		MessageId:     m.ID,
		Type:          m.Type,
		Timestamp:     m.OccurredAt,
		CorrelationId: m.CorrelationID,
		ContentType:   "application/json",
		DeliveryMode:  amqp.Persistent,
		Headers: amqp.Table{
			headerEventType:     m.Type,
			headerEventVersion:  int64(m.Version),
			headerAggregateType: m.AggregateType,
			headerAggregateID:   m.AggregateID,
			headerSequence:      m.Sequence,
		},
		Body: m.Payload,
	}
}

// messageOf is the reverse of publishing. An error is permanent.
func messageOf(d amqp.Delivery) (messaging.Message, error) {
	m := messaging.Message{
		ID:            d.MessageId,
		Type:          text(d.Headers, headerEventType),
		Version:       int(number(d.Headers, headerEventVersion)),
		AggregateType: text(d.Headers, headerAggregateType),
		AggregateID:   text(d.Headers, headerAggregateID),
		Sequence:      number(d.Headers, headerSequence),
		OccurredAt:    d.Timestamp.UTC(),
		CorrelationID: d.CorrelationId,
		Trace:         traceOf(d.Headers),
		Payload:       d.Body,
	}
	switch {
	case m.ID == "":
		return m, messaging.Permanent(errors.New("decode message: no message_id"))
	case m.Type == "":
		return m, messaging.Permanent(fmt.Errorf("decode message: no header %s", headerEventType))
	case m.Version < 1:
		return m, messaging.Permanent(fmt.Errorf("decode message: no header %s", headerEventVersion))
	}
	return m, nil
}

func text(headers amqp.Table, name string) string {
	s, _ := headers[name].(string)
	return s
}

// number reads a header of any width: that is up to the publisher's library.
func number(headers amqp.Table, name string) int64 {
	switch n := headers[name].(type) {
	case int64:
		return n
	case int32:
		return int64(n)
	case int16:
		return int64(n)
	case int8:
		return int64(n)
	case uint8:
		return int64(n)
	default:
		return 0
	}
}
