// Package messaging has what services send each other over the broker, without the broker: use cases, the outbox and consumers share it.
package messaging

import "time"

// Message is an event that has happened or a command to another service.
type Message struct {
	// ID is the same for every delivery of the message, and unique among all messages.
	ID string
	// Type names what happened, wallet.balance.deducted, or what to do, wallet.balance.deduct. It is also the routing key.
	Type string
	// Version says how to decode Payload.
	Version int
	// AggregateType and AggregateID name what the message is about. Messages of one aggregate are published in the order of their commits.
	AggregateType string
	AggregateID   string
	// Sequence counts the events of an aggregate from 1, without gaps; 0 for commands and replies.
	Sequence   int64
	OccurredAt time.Time
	// CorrelationID is that of the request that began it all.
	CorrelationID string
	// Trace has the W3C trace context of the transaction that wrote the message: traceparent and tracestate.
	Trace map[string]string
	// Payload is the content as JSON.
	Payload []byte
}
