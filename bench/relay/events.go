package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"shop/platform/messaging"
)

const payloadSize = 300

// events returns n messages. Those of one aggregate are spread over all of them.
func events(n, aggregates int) []messaging.Message {
	ids := make([]string, aggregates)
	for i := range ids {
		ids[i] = uuid.NewString()
	}
	sequences := make([]int64, aggregates)
	all := make([]messaging.Message, n)
	for i := range all {
		a := rand.IntN(aggregates)
		sequences[a]++
		all[i] = messaging.Message{
			ID: uuid.NewString(), Type: eventType, Version: 1, AggregateType: "order", AggregateID: ids[a], Sequence: sequences[a],
			OccurredAt: time.Now(), CorrelationID: ids[a], Payload: payload(ids[a], sequences[a]),
		}
	}
	return all
}

func payload(aggregate string, sequence int64) []byte {
	head := fmt.Sprintf(`{"order_id": "%s", "sequence": %d, "total_minor": 1999, "currency": "EUR", "note": "`, aggregate, sequence)
	return []byte(head + strings.Repeat("x", payloadSize-len(head)-2) + `"}`)
}
