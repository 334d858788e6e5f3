package postgres

import (
	"context"
)

func current(ctx context.Context) *transaction {
	return open
}
