package outbox

import (
	"context"
	"fmt"
	"time"
)

// mark records that events were sent. It returns how many: fewer than given, if the relay has lost leases since it claimed them.
func (s *store) mark(ctx context.Context, sent []event, claimed time.Time) (int, error) {
	marked := 0
	for _, e := range sent {
		tag, err := s.pool.Exec(ctx, mark, s.leases.name, s.leases.parts, s.leases.epochs, []int16{e.part}, []int64{e.seq}, claimed)
		if err != nil {
			return marked, fmt.Errorf("mark events as sent: %w", err)
		}
		marked += int(tag.RowsAffected())
	}
	return marked, nil
}
