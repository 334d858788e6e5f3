package usecase

import (
	"context"
	"encoding/json"
	"time"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/errs"
)

const (
	answerPoll = 50 * time.Millisecond
	// answerMargin is kept back from the caller's deadline, so that he gets "in progress" instead of silence.
	answerMargin = 300 * time.Millisecond
)

// awaitAnswer waits for the answer of the request that came first, for as long as the caller's deadline allows.
func awaitAnswer(ctx context.Context, requests Requests, request domain.Request, hash []byte) (json.RawMessage, error) {
	patience, cancel := withMargin(ctx)
	defer cancel()
	ticker := time.NewTicker(answerPoll)
	defer ticker.Stop()
	for {
		answer, err := requests.Lookup(ctx, request.Scope, request.Key, hash)
		if err != nil || answer != nil {
			return answer, err
		}
		select {
		case <-ticker.C:
		case <-patience.Done():
			return nil, inProgress(patience.Err())
		}
	}
}

func withMargin(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-min(answerMargin, time.Until(deadline)/4)))
}

func inProgress(cause error) error {
	return errs.Wrap(cause, errs.Aborted, "IN_PROGRESS", "this is not finished yet, repeat the request with the same key")
}
