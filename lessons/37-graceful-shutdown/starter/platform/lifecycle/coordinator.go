package lifecycle

import "context"

// stop runs all phases in their order. Neither an error, nor a panic, nor a part that does not return keeps the next phase from running.
// Only the end of ctx does: stop then returns at once.
func (c *Coordinator) stop(context.Context) error {
	// TODO: run the phases. awaitEndpoints is EndpointWait; stopPhase does the others.
	return nil
}

// stopPhase stops the parts of a phase side by side. It returns when all have returned, when the budget is spent, or when ctx ends; it does
// not wait longer for a part that ignores its context.
func (c *Coordinator) stopPhase(context.Context, Phase) {
	// TODO
}
