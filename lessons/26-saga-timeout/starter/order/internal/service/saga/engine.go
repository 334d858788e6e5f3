package saga

import "context"

// TimeOut moves a saga that has waited too long for a reply.
func (e *Engine) TimeOut(ctx context.Context, s *Saga) error {
	// TODO: which sagas can be undone? What becomes of the others?
	return nil
}

// Resume sends the command that the saga waits for again, also after it has failed.
func (e *Engine) Resume(ctx context.Context, s *Saga) error {
	// TODO: which command is it, in each status?
	return nil
}
