package rabbitmq

import ()

// outcomeOf decides what becomes of a delivery whose handler has returned err.
func outcomeOf(err error) string {
	switch {
	case err == nil:
		return outcomeDone
	default:
		return outcomeDead
	}
}
