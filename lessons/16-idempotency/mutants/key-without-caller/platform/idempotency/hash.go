package idempotency

// Scope returns the scope of a key.
func Scope(operation, caller string) string { return operation }
