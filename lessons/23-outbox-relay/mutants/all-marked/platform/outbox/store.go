package outbox

import (
	"context"
	"fmt"
	"time"
)

// mark records that events were sent. It returns how many: fewer than given, if the relay has lost leases since it claimed them.
func (s *store) mark(ctx context.Context, sent []event, claimed time.Time) (int, error) {
	parts, seqs := make([]int16, len(sent)), make([]int64, len(sent))
	for i, e := range sent {
		parts[i], seqs[i] = e.part, e.seq
	}
	_, err := s.pool.Exec(ctx, mark, s.leases.name, s.leases.parts, s.leases.epochs, parts, seqs, claimed)
	if err != nil {
		return 0, fmt.Errorf("mark events as sent: %w", err)
	}
	return len(sent), nil
}
