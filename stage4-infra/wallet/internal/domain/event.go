package domain

import (
	"strconv"
	"time"
)

// Event is something that has happened to a wallet or a payment. Type and version say how to decode it. Its fields are a contract with
// consumers, including those that this stage does not read.
type Event interface {
	EventType() string
	Version() int
}

// EventMeta is part of every event.
type EventMeta struct {
	// ID is the id of the aggregate, a colon, and Sequence.
	ID string
	// Sequence is the version of the aggregate after the event. It counts from 1, without gaps.
	Sequence   int64
	OccurredAt time.Time
}

func newEventMeta(aggregateID string, sequence int64, now time.Time) EventMeta {
	return EventMeta{ID: aggregateID + ":" + strconv.FormatInt(sequence, 10), Sequence: sequence, OccurredAt: now}
}
