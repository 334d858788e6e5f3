package usecase

import (
	"context"
	"errors"
	"time"

	"shop/platform/config"
)

// AnswerConfig is the part of the environment that is about answers in time.
type AnswerConfig struct {
	// Margin is kept back from the caller's deadline, so that the caller gets IN_PROGRESS instead of silence.
	Margin time.Duration `env:"ANSWER_MARGIN" default:"300ms"`
}

// Validate refuses a margin that is none.
func (c *AnswerConfig) Validate() error {
	return errors.Join(config.Positive(map[string]time.Duration{"ANSWER_MARGIN": c.Margin})...)
}

// withMargin returns a context that ends a little before the deadline of ctx.
func withMargin(ctx context.Context, margin time.Duration) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-min(margin, time.Until(deadline)/4)))
}
