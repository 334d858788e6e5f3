package saga

import "context"

// Apply moves the saga by one reply. It returns false, and changes nothing, when the saga does not wait for this reply: it is a duplicate,
// or late, or a compensation has overtaken it.
func (e *Engine) Apply(ctx context.Context, s *Saga, reply Reply) (bool, error) {
	// TODO: for which reply does the saga wait? Its status and its current step say so.
	return false, nil
}

// acted stores that a step happened, what that means for the order, and what comes next: the next step, or the end of the saga.
func (e *Engine) acted(ctx context.Context, s *Saga, step Step, refusal *Refusal) error {
	// TODO
	return nil
}

// refused undoes a purchase. A saga whose step has no compensation fails.
func (e *Engine) refused(ctx context.Context, s *Saga, step Step, refusal *Refusal) error {
	// TODO: does every refusal prove that the step did not happen?
	return nil
}

// compensated stores that a step was undone, and undoes the next. A compensation that was refused lets the saga fail.
func (e *Engine) compensated(ctx context.Context, s *Saga, step Step, refusal *Refusal) error {
	// TODO
	return nil
}

// Undo begins to undo a purchase that runs: every step that may have happened, in reverse order, one command at a time.
func (e *Engine) Undo(ctx context.Context, s *Saga, failure Failure) error {
	// TODO
	return nil
}

// undoNext sends the next compensation, or cancels the order when nothing is left to undo.
func (e *Engine) undoNext(ctx context.Context, s *Saga) error {
	// TODO
	return nil
}
