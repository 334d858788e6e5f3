package grpcclient

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"shop/platform/config"
)

// RetryConfig holds the limits of repeated calls. A connection has one budget of tokens for all of its methods: a failed attempt takes one
// token, a successful call gives back TokenRatio, and while half of them or fewer are left no call is repeated.
type RetryConfig struct {
	// MaxAttempts counts the first attempt; 1 turns repetitions off. gRPC allows at most 5.
	MaxAttempts int `env:"GRPC_RETRY_MAX_ATTEMPTS" default:"3"`
	// The pause before a repetition starts at BackoffBase and doubles up to BackoffMax, each with a jitter of 20 %. A pushback of the server
	// replaces it.
	BackoffBase time.Duration `env:"GRPC_RETRY_BACKOFF_BASE" default:"100ms"`
	BackoffMax  time.Duration `env:"GRPC_RETRY_BACKOFF_MAX" default:"1s"`
	MaxTokens   int           `env:"GRPC_RETRY_MAX_TOKENS" default:"10"`
	TokenRatio  float64       `env:"GRPC_RETRY_TOKEN_RATIO" default:"0.1"`
}

const (
	// maxAttempts is gRPC's own limit. It would cut a larger number silently.
	maxAttempts   = 5
	maxTokens     = 1000
	backoffFactor = 2
	largestJitter = 1.2
)

// Validate rejects limits that gRPC would ignore or refuse.
func (c *RetryConfig) Validate() error {
	faults := config.Positive(map[string]time.Duration{"GRPC_RETRY_BACKOFF_BASE": c.BackoffBase})
	refuse := func(broken bool, text string) {
		if broken {
			faults = append(faults, errors.New(text))
		}
	}
	refuse(c.MaxAttempts < 1 || c.MaxAttempts > maxAttempts, "GRPC_RETRY_MAX_ATTEMPTS must be from 1 to 5")
	refuse(c.BackoffMax < c.BackoffBase, "GRPC_RETRY_BACKOFF_MAX must not be less than GRPC_RETRY_BACKOFF_BASE")
	refuse(c.MaxTokens < 1 || c.MaxTokens > maxTokens, "GRPC_RETRY_MAX_TOKENS must be from 1 to 1000")
	refuse(c.TokenRatio < 0.001 || c.TokenRatio > 1, "GRPC_RETRY_TOKEN_RATIO must be from 0.001 to 1")
	return errors.Join(faults...)
}

// LongestPauses returns how long a call with the most attempts waits between them. The deadline of a call must leave room for it.
func (c *RetryConfig) LongestPauses() (total time.Duration) {
	pause := c.BackoffBase
	for range c.MaxAttempts - 1 {
		total += time.Duration(largestJitter * float64(min(pause, c.BackoffMax)))
		pause *= backoffFactor
	}
	return total
}

// Methods says for each method of a connection, by its full name, whether a call may be repeated. A method that is not named is not repeated.
type Methods map[string]Rule

// Rule is the decision about one method, with its reason.
type Rule struct {
	Repeat bool
	Why    string
}

// Repeat is the rule of a method whose second call changes nothing.
func Repeat(why string) Rule { return Rule{Repeat: true, Why: why} }

// Once is the rule of a method that this client never repeats.
func Once(why string) Rule { return Rule{Why: why} }

// WithRetries repeats the calls that methods allows, and gives the connection a budget for it.
func WithRetries(methods Methods) Option { return func(o *options) { o.methods = methods } }

// retryConfig is the part of gRPC's service config about repetitions.
//
// Only UNAVAILABLE is repeated. It comes fast and mostly means that the call has not been processed. DEADLINE_EXCEEDED comes when the time
// for a repetition is over too, because the deadline spans all attempts, and it comes from servers that have more to do than they can.
func (o *options) retryConfig() (map[string]any, error) {
	var names []any
	for _, method := range slices.Sorted(maps.Keys(o.methods)) {
		if !o.methods[method].Repeat {
			continue
		}
		service, name, ok := strings.Cut(strings.TrimPrefix(method, "/"), "/")
		if !ok {
			return nil, fmt.Errorf("method %q is not of the form /package.Service/Method", method)
		}
		names = append(names, map[string]any{"service": service, "method": name})
	}
	cfg := o.cfg.Retry
	if len(names) == 0 || cfg.MaxAttempts == 1 {
		return map[string]any{}, nil
	}
	policy := map[string]any{
		"maxAttempts":    cfg.MaxAttempts,
		"initialBackoff": seconds(cfg.BackoffBase), "maxBackoff": seconds(cfg.BackoffMax), "backoffMultiplier": backoffFactor,
		"retryableStatusCodes": []string{"UNAVAILABLE"},
	}
	return map[string]any{
		"methodConfig":    []any{map[string]any{"name": names, "retryPolicy": policy}},
		"retryThrottling": map[string]any{"maxTokens": cfg.MaxTokens, "tokenRatio": cfg.TokenRatio},
	}, nil
}

// seconds is a duration as JSON has it in a service config.
func seconds(d time.Duration) string { return fmt.Sprintf("%.9fs", d.Seconds()) }
