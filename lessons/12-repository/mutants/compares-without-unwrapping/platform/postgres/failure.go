package postgres

import ()

func isConflict(err error) bool {
	code := sqlState(err)
	return err == ErrStale || code == serializationFailure || code == deadlockDetected
}
