package breaker

import ()

// isFailure reports whether err says that the dependency does not work. A refusal does not: it shows that the dependency is there and
// decides. Neither does the end of a caller that gave up.
func isFailure(err error) bool {
	return err != nil
}
