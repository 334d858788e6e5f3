package saga

import (
	"context"
)

// store stores that the saga now waits for the reply to a command, and sends the command.
func (e *Engine) store(ctx context.Context, s *Saga, next Command) error {
	return e.save(ctx, s)
}
