package postgres

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"stagecraft/stage1-mvp/platform/errs"
)

const (
	maxReruns  = 3
	rerunPause = 10 * time.Millisecond

	serializationFailure = "40001"
	deadlockDetected     = "40P01"
)

// ErrStale says that a row changed since it was loaded. WithTx answers it by running the whole transaction again.
var ErrStale = errors.New("row changed since it was loaded")

func rerun(ctx context.Context, once func() error) error {
	for run := 0; ; run++ {
		err := once()
		if !isConflict(err) {
			return err
		}
		if run == maxReruns || !pause(ctx, rerunPause<<run) {
			return errs.Wrap(err, errs.Aborted, "CONCURRENT_UPDATE", "changed by others at the same time, please repeat")
		}
	}
}

func isConflict(err error) bool {
	if errors.Is(err, ErrStale) {
		return true
	}
	switch sqlState(err) {
	case serializationFailure, deadlockDetected:
		return true
	default:
		return false
	}
}

func sqlState(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}

// pause waits between half of d and d, so that two that collided do not collide again; false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d/2 + rand.N(d/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
