package grpcclient_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/config"
	"shop/platform/grpcclient"
)

func TestRetryConfig_Validate(t *testing.T) {
	t.Parallel()
	good := config.Defaults[grpcclient.RetryConfig]()
	require.NoError(t, good.Validate())
	for variable, change := range map[string]func(*grpcclient.RetryConfig){
		"GRPC_RETRY_MAX_ATTEMPTS": func(c *grpcclient.RetryConfig) { c.MaxAttempts = 6 },
		"GRPC_RETRY_BACKOFF_BASE": func(c *grpcclient.RetryConfig) { c.BackoffBase = 0 },
		"GRPC_RETRY_BACKOFF_MAX":  func(c *grpcclient.RetryConfig) { c.BackoffMax = c.BackoffBase - 1 },
		"GRPC_RETRY_MAX_TOKENS":   func(c *grpcclient.RetryConfig) { c.MaxTokens = 1001 },
		"GRPC_RETRY_TOKEN_RATIO":  func(c *grpcclient.RetryConfig) { c.TokenRatio = 0 },
	} {
		bad := good
		change(&bad)
		assert.ErrorContains(t, bad.Validate(), variable)
	}
}

func TestRetryConfig_LongestPauses(t *testing.T) {
	t.Parallel()
	c := config.Defaults[grpcclient.RetryConfig]()
	assert.Equal(t, 360*time.Millisecond, c.LongestPauses(), "0.1 s and 0.2 s, each with a jitter of 20 %")
	c.MaxAttempts, c.BackoffMax = 5, 150*time.Millisecond
	assert.Equal(t, 660*time.Millisecond, c.LongestPauses())
	c.MaxAttempts = 1
	assert.Zero(t, c.LongestPauses())
}
