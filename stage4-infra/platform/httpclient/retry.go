package httpclient

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// RetryAfter returns how long a third party that is busy asks to wait: that of 429 and 503 with the header Retry-After, in seconds or as a
// date. Other answers ask for nothing.
func (r Response) RetryAfter(now time.Time) (wait time.Duration, asked bool) {
	if r.Status != http.StatusTooManyRequests && r.Status != http.StatusServiceUnavailable {
		return 0, false
	}
	value := r.Header.Get("Retry-After")
	if n, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(n) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now)), true
	}
	return 0, false
}

// Pause waits, and returns the error of ctx when that ends first.
func Pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Budget limits the repetitions of all calls to one third party, in the way of gRPC's throttling: a failed attempt takes a token, a
// successful one gives back a part of a token, and with half of the tokens or fewer no call is repeated.
type Budget struct {
	max, ratio float64

	mu     sync.Mutex
	tokens float64
}

// NewBudget returns a full Budget.
func NewBudget(maxTokens int, ratio float64) *Budget {
	return &Budget{max: float64(maxTokens), ratio: ratio, tokens: float64(maxTokens)}
}

// Failed takes a token, and reports whether the call may be repeated.
func (b *Budget) Failed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = max(0, b.tokens-1)
	return b.tokens > b.max/2
}

// Succeeded gives back a part of a token.
func (b *Budget) Succeeded() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.max, b.tokens+b.ratio)
}
