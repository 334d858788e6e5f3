package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"shop/platform/errs"
)

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
		return errs.New(errs.Unavailable, "DATABASE_UNAVAILABLE", "the database is unavailable, try again later: %v", err)
	}
	return err
}
