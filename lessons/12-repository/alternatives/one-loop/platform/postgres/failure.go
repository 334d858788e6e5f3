package postgres

import (
	"errors"
)

// isConflict looks through the chain by itself.
func isConflict(err error) bool {
	if errors.Is(err, ErrStale) {
		return true
	}
	var sql interface{ SQLState() string }
	return errors.As(err, &sql) && (sql.SQLState() == "40001" || sql.SQLState() == "40P01")
}
