package outbox

import (
	"context"
	"fmt"
	"time"
)

const mark = `
UPDATE outbox_events AS e SET sent_at = clock_timestamp(), picked_by = $1, picked_at = $4
FROM unnest($2::smallint[], $3::bigint[]) AS sent (part, seq)
WHERE e.part = sent.part AND e.seq = sent.seq AND e.sent_at IS NULL`

// mark records that events were sent. It returns how many: fewer than given, if the relay has lost leases since it claimed them.
func (s *store) mark(ctx context.Context, sent []event, claimed time.Time) (int, error) {
	parts, seqs := make([]int16, len(sent)), make([]int64, len(sent))
	for i, e := range sent {
		parts[i], seqs[i] = e.part, e.seq
	}
	tag, err := s.pool.Exec(ctx, mark, s.leases.name, parts, seqs, claimed)
	if err != nil {
		return 0, fmt.Errorf("mark events as sent: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
