package payment

import (
	"errors"
	"net/url"
	"time"

	"shop/platform/breaker"
	"shop/platform/bulkhead"
	"shop/platform/config"
)

// Config is the configuration of the payment provider.
type Config struct {
	URL    string        `env:"PAYMENT_URL"`
	APIKey config.Secret `env:"PAYMENT_API_KEY"`
	// Timeout bounds one call. The outcome of a call that timed out is unknown.
	Timeout          time.Duration `env:"PAYMENT_TIMEOUT" default:"5s"`
	MaxResponseBytes int64         `env:"PAYMENT_MAX_RESPONSE_BYTES" default:"65536"`
	Limits           LimitsConfig
	Breaker          BreakerConfig
	Retry            RetryConfig
}

// LimitsConfig is how much one process asks of the provider; package bulkhead has the meaning of the fields.
type LimitsConfig struct {
	Concurrency int           `env:"PAYMENT_CONCURRENCY" default:"10"`
	Rate        float64       `env:"PAYMENT_RATE" default:"50"`
	Burst       int           `env:"PAYMENT_BURST" default:"50"`
	MaxWait     time.Duration `env:"PAYMENT_MAX_WAIT" default:"1s"`
}

// BreakerConfig is when calls to the provider are not made; package breaker has the meaning of the fields.
type BreakerConfig struct {
	FailureRatio     float64       `env:"PAYMENT_BREAKER_FAILURE_RATIO" default:"0.5"`
	MinRequests      int           `env:"PAYMENT_BREAKER_MIN_REQUESTS" default:"10"`
	Window           time.Duration `env:"PAYMENT_BREAKER_WINDOW" default:"30s"`
	OpenFor          time.Duration `env:"PAYMENT_BREAKER_OPEN_FOR" default:"10s"`
	HalfOpenRequests int           `env:"PAYMENT_BREAKER_HALF_OPEN_REQUESTS" default:"2"`
}

// RetryConfig is when a call is repeated that the provider asked to repeat later.
type RetryConfig struct {
	// MaxAttempts counts the first attempt; 1 turns repetitions off.
	MaxAttempts int `env:"PAYMENT_RETRY_MAX_ATTEMPTS" default:"3"`
	// MaxWait is the longest Retry-After that is waited for.
	MaxWait time.Duration `env:"PAYMENT_RETRY_MAX_WAIT" default:"2s"`
	// A failed attempt takes one of MaxTokens, a successful one gives back TokenRatio, and with half of them or fewer no call is repeated.
	MaxTokens  int     `env:"PAYMENT_RETRY_MAX_TOKENS" default:"10"`
	TokenRatio float64 `env:"PAYMENT_RETRY_TOKEN_RATIO" default:"0.1"`
}

// Validate refuses limits with which calls would be repeated without end.
func (c *RetryConfig) Validate() error {
	faults := config.Positive(map[string]time.Duration{"PAYMENT_RETRY_MAX_WAIT": c.MaxWait})
	if c.MaxAttempts < 1 {
		faults = append(faults, errors.New("PAYMENT_RETRY_MAX_ATTEMPTS must be at least 1"))
	}
	if c.MaxTokens < 1 {
		faults = append(faults, errors.New("PAYMENT_RETRY_MAX_TOKENS must be at least 1"))
	}
	if c.TokenRatio <= 0 || c.TokenRatio > 1 {
		faults = append(faults, errors.New("PAYMENT_RETRY_TOKEN_RATIO must be above 0 and at most 1"))
	}
	return errors.Join(faults...)
}

// Validate refuses an invalid address, and limits that let no call through.
func (c *Config) Validate() error {
	var faults []error
	address, err := url.Parse(c.URL)
	if err != nil || (address.Scheme != "http" && address.Scheme != "https") || address.Host == "" || address.User != nil {
		faults = append(faults, errors.New("PAYMENT_URL is not of the form https://host/path"))
	}
	if c.Timeout <= 0 {
		faults = append(faults, errors.New("PAYMENT_TIMEOUT must be positive"))
	}
	if c.MaxResponseBytes < 1 {
		faults = append(faults, errors.New("PAYMENT_MAX_RESPONSE_BYTES must be at least 1"))
	}
	faults = append(faults, bulkhead.Config(c.Limits).Faults("PAYMENT_")...)
	faults = append(faults, breaker.Config(c.Breaker).Faults("PAYMENT_BREAKER_")...)
	return errors.Join(faults...)
}
