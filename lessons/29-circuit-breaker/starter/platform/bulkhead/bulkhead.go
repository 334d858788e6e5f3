package bulkhead

import "context"

// Do makes the call when the rate allows it and fewer than Concurrency calls are under way. It waits for that no longer than MaxWait, and
// then returns Unavailable with the reason DEPENDENCY_BUSY; or the error of ctx if that ends first.
func (b *Bulkhead) Do(ctx context.Context, call func() error) error {
	// TODO: b.places has room for Concurrency values, b.limiter knows the rate.
	return call()
}

//stagecraft:drop
func (b *Bulkhead) enter(ctx context.Context) error { return nil }
