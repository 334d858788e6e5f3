package usecase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/config"
	"shop/platform/errs"
	"shop/platform/logging"
)

// AnswerConfig is the part of the environment that is about waiting for answers.
type AnswerConfig struct {
	// Margin is kept back from the caller's deadline, so that the caller gets IN_PROGRESS instead of silence.
	Margin time.Duration `env:"ANSWER_MARGIN" default:"300ms"`
	// Poll is the first pause between two lookups of an answer that another process makes. It doubles each time, up to PollMax.
	Poll    time.Duration `env:"ANSWER_POLL" default:"50ms"`
	PollMax time.Duration `env:"ANSWER_POLL_MAX" default:"1s"`
}

// Validate refuses polling without a pause.
func (c *AnswerConfig) Validate() error {
	return errors.Join(config.Positive(map[string]time.Duration{
		"ANSWER_MARGIN": c.Margin, "ANSWER_POLL": c.Poll, "ANSWER_POLL_MAX": c.PollMax,
	})...)
}

// SagaRequests accepts requests that sagas answer, each once, and gives every repetition of a request the same answer.
type SagaRequests struct {
	cfg        AnswerConfig
	tx         Transactor
	requests   Requests
	sagas      saga.Repository
	background Sagas
	events     EventPublisher
}

// NewSagaRequests returns SagaRequests.
func NewSagaRequests(
	cfg AnswerConfig, tx Transactor, requests Requests, sagas saga.Repository, background Sagas, events EventPublisher,
) *SagaRequests {
	return &SagaRequests{cfg: cfg, tx: tx, requests: requests, sagas: sagas, background: background, events: events}
}

// beginSaga returns the saga that answers a new request, or the answer if it needs no saga. After an error the request is not accepted.
type beginSaga func(ctx context.Context) (*saga.Saga, json.RawMessage, error)

// answer returns the answer to the request, as it is stored. replayed says that it is the answer of an earlier request with the same key.
// Aborted with reason IN_PROGRESS means that there is no answer yet, and that the saga goes on.
func (r *SagaRequests) answer(
	ctx context.Context, request saga.Request, hash []byte, begin beginSaga,
) (answer json.RawMessage, replayed bool, err error) {
	ctx, cancel := withMargin(ctx, r.cfg.Margin)
	defer cancel()
	s, answer, replayed, err := r.accept(ctx, request, hash, begin)
	switch {
	case err != nil || answer != nil:
		return answer, replayed, err
	case s != nil:
		answer, err = r.drive(ctx, s)
	}
	if err == nil && answer == nil {
		answer, err = r.await(ctx, request, hash)
	}
	return answer, replayed, err
}

// accept stores the request, its order and its saga in one transaction: a crash leaves all of them or none.
func (r *SagaRequests) accept(
	ctx context.Context, request saga.Request, hash []byte, begin beginSaga,
) (s *saga.Saga, answer json.RawMessage, replayed bool, err error) {
	err = r.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		s = nil // that of a run that was rolled back
		answer, replayed, err = r.requests.Once(ctx, request.Scope, request.Key, hash, func(ctx context.Context) (json.RawMessage, error) {
			begun, answer, err := begin(ctx)
			if err != nil || begun == nil {
				return answer, err
			}
			if err := r.sagas.Create(ctx, begun); err != nil {
				return nil, err
			}
			s = begun
			return nil, r.events.Publish(ctx, s.Order.Events()...)
		})
		return err
	})
	if err != nil {
		return nil, nil, false, fmt.Errorf("accept request: %w", err)
	}
	if s != nil {
		s.Order.ClearEvents()
		logging.From(ctx).Info("saga begun", logging.Event("order.saga.begun"), zap.String("saga_type", s.Type),
			zap.String("order_id", s.Order.ID()), zap.String("saga_id", s.ID))
	}
	return s, answer, replayed, nil
}

// drive runs the saga in the background and waits for its end. The answer is nil if another worker has claimed the saga.
func (r *SagaRequests) drive(ctx context.Context, s *saga.Saga) (json.RawMessage, error) {
	select {
	case err := <-r.background.Go(ctx, s):
		switch {
		case errors.Is(err, saga.ErrLost):
			return nil, nil
		case err != nil:
			return nil, inProgress(err)
		}
		return s.Answer, nil
	case <-ctx.Done():
		return nil, inProgress(ctx.Err())
	}
}

// await waits for the answer that another request or another worker brings about, for as long as the caller's deadline allows. While the
// saga is driven here it waits for the end of the driver, and otherwise it polls, less and less often.
func (r *SagaRequests) await(ctx context.Context, request saga.Request, hash []byte) (json.RawMessage, error) {
	for poll := r.cfg.Poll; ; poll = min(2*poll, r.cfg.PollMax) {
		ended := r.background.Ended(request)
		answer, err := r.requests.Lookup(ctx, request.Scope, request.Key, hash)
		switch {
		case ctx.Err() != nil:
			return nil, inProgress(ctx.Err())
		case err != nil || answer != nil:
			return answer, err
		}
		var pollAgain <-chan time.Time
		if ended == nil {
			pollAgain = time.After(poll/2 + rand.N(poll/2+1))
		}
		select {
		case <-ended:
		case <-pollAgain:
		case <-ctx.Done():
			return nil, inProgress(ctx.Err())
		}
	}
}

// withMargin returns a context that ends a little before the deadline of ctx.
func withMargin(ctx context.Context, margin time.Duration) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-min(margin, time.Until(deadline)/4)))
}

func inProgress(cause error) error {
	return errs.Wrap(cause, errs.Aborted, "IN_PROGRESS", "this is not finished yet, repeat the request with the same key")
}
