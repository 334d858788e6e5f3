package grpcclient

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// repeater repeats the calls of one connection.
type repeater struct {
	methods Methods
	cfg     RetryConfig

	mu     sync.Mutex
	tokens float64
}

func newRepeater(methods Methods, cfg RetryConfig) *repeater {
	return &repeater{methods: methods, cfg: cfg, tokens: float64(cfg.MaxTokens)}
}

func (r *repeater) unary(
	ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
) error {
	pause := r.cfg.BackoffBase
	for attempt := 1; ; attempt++ {
		err := invoker(ctx, method, req, reply, cc, opts...)
		if err == nil {
			r.earn()
			return nil
		}
		if !r.methods[method].Repeat || status.Code(err) != codes.Unavailable {
			return err
		}
		wait := time.Duration(float64(pause) * (0.8 + 0.4*rand.Float64()))
		if !r.spend() || attempt >= r.cfg.MaxAttempts {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
		pause = min(2*pause, r.cfg.BackoffMax)
	}
}

// spend takes a token for a failure, and reports whether more than half of them are left.
func (r *repeater) spend() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tokens = max(0, r.tokens-1)
	return r.tokens > float64(r.cfg.MaxTokens)/2
}

// earn gives back a part of a token for a success.
func (r *repeater) earn() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tokens = min(float64(r.cfg.MaxTokens), r.tokens+r.cfg.TokenRatio)
}
