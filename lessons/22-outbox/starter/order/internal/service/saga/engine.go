package saga

import "context"

// Begin stores a new saga with its order, and sends the command of its first step.
func (e *Engine) Begin(ctx context.Context, s *Saga) error {
	// TODO: the rows are stored, and no other service learns about them.
	return e.sagas.Create(ctx, s)
}

// store stores that the saga now waits for the reply to a command, and sends the command.
func (e *Engine) store(ctx context.Context, s *Saga, next Command) error {
	// TODO: the saga waits for a reply to a command that is not sent.
	return e.save(ctx, s)
}

// save stores what changed of the saga and of its order.
func (e *Engine) save(ctx context.Context, s *Saga) error {
	return e.sagas.Save(ctx, s)
}
