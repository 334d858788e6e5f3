package grpcclient

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"shop/platform/grpcstatus"
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
		var trailer metadata.MD
		err := invoker(ctx, method, req, reply, cc, append(slices.Clone(opts), grpc.Trailer(&trailer))...)
		if err == nil {
			r.earn()
			return nil
		}
		if !r.methods[method].Repeat || status.Code(err) != codes.Unavailable {
			return err
		}
		wait, allowed := waitFor(trailer, pause)
		if !r.spend() || !allowed || attempt >= r.cfg.MaxAttempts {
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

// waitFor returns the pause that the server asks for, or else the client's own with a jitter; false if the server forbids a repetition.
func waitFor(trailer metadata.MD, pause time.Duration) (time.Duration, bool) {
	values := trailer.Get(grpcstatus.PushbackTrailer)
	if len(values) == 0 {
		return time.Duration(float64(pause) * (0.8 + 0.4*rand.Float64())), true
	}
	milliseconds, err := strconv.Atoi(values[0])
	return time.Duration(milliseconds) * time.Millisecond, err == nil && milliseconds >= 0
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
