package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"shop/platform/errs"
)

// ErrStale means that a row changed since it was loaded. WithTx then runs the whole transaction again.
var ErrStale = errors.New("row changed since it was loaded")

const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	featureNotSupported  = "0A000"
	tooManyConnections   = "53300"
	connectionClass      = "08"
	interventionClass    = "57P" // the server stops or starts
)

// isConflict reports whether another transaction is the reason for the failure.
func isConflict(err error) bool {
	code := sqlState(err)
	return errors.Is(err, ErrStale) || code == serializationFailure || code == deadlockDetected
}

// isStalePlan reports whether a migration has changed the type of a column since the statement was prepared on its connection.
func isStalePlan(err error) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && pgErr.Code == featureNotSupported &&
		strings.Contains(pgErr.Message, "cached plan must not change result type")
}

// asUnavailable returns an Unavailable error when the database cannot be reached, and err otherwise.
func asUnavailable(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var connect *pgconn.ConnectError
	code := sqlState(err)
	unavailable := errors.As(err, &connect) || code == tooManyConnections ||
		strings.HasPrefix(code, connectionClass) || strings.HasPrefix(code, interventionClass)
	if unavailable {
		return errs.Wrap(err, errs.Unavailable, "DATABASE_UNAVAILABLE", "the database is unavailable, try again later")
	}
	return err
}

func sqlState(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}
