package outbox

import (
	"time"

	"github.com/jackc/pgx/v5"

	"shop/platform/messaging"
)

func queueInsert(batch *pgx.Batch, messages []messaging.Message) {
	var (
		n                                  = len(messages)
		ids, aggregateTypes, aggregateIDs  = make([]string, n), make([]string, n), make([]string, n)
		types, versions, sequences         = make([]string, n), make([]int, n), make([]int64, n)
		times, correlations                = make([]time.Time, n), make([]string, n)
		traceparents, tracestates, content = make([]string, n), make([]string, n), make([]string, n)
	)
	for i, m := range messages {
		ids[i], aggregateTypes[i], aggregateIDs[i] = m.ID, m.AggregateType, m.AggregateID
		types[i], versions[i], sequences[i] = m.Type, m.Version, m.Sequence
		times[i], correlations[i] = m.OccurredAt, m.CorrelationID
		traceparents[i], tracestates[i], content[i] = messages[0].Trace["traceparent"], messages[0].Trace["tracestate"], string(m.Payload)
	}
	batch.Queue(insert, ids, aggregateTypes, aggregateIDs, types, versions, sequences, times, correlations, traceparents, tracestates, content)
	batch.Queue(notify)
}
