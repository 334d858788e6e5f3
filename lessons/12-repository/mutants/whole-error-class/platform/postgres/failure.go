package postgres

import (
	"errors"
)

func isConflict(err error) bool {
	return errors.Is(err, ErrStale) || sqlState(err) != "" && sqlState(err) < "50"
}
