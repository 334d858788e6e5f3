package redis

import "context"

// Mark sets the flag of the buyer.
func (w *Written) Mark(ctx context.Context, buyerID string) {
	// TODO: set key(buyerID).
}

// Recently reports whether the buyer has the flag.
func (w *Written) Recently(ctx context.Context, buyerID string) bool {
	// TODO: look for key(buyerID).
	return false
}

//stagecraft:drop
func (w *Written) bounded() {}
