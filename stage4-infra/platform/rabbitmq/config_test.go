package rabbitmq_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/config"
	"shop/platform/rabbitmq"
)

// Not parallel: the environment is global.
func TestConfig_InvalidValues_AreAllReportedWithoutThePassword(t *testing.T) {
	for name, value := range map[string]string{
		"RABBITMQ_URL": "http://me:secretword@host", "RABBITMQ_HEARTBEAT": "10ms", "RABBITMQ_RECONNECT_MAX": "1ms", "CONSUMER_WORKERS": "0",
		"CONSUMER_PREFETCH": "-1", "CONSUMER_TIMEOUT": "0s", "CONSUMER_REQUEUE_MAX": "1ms",
	} {
		t.Setenv(name, value)
	}
	err := config.Load(&rabbitmq.Config{})
	require.Error(t, err)
	for _, name := range []string{
		"RABBITMQ_URL", "RABBITMQ_HEARTBEAT", "RABBITMQ_RECONNECT_MAX", "CONSUMER_WORKERS", "CONSUMER_PREFETCH", "CONSUMER_TIMEOUT", "CONSUMER_REQUEUE_MAX",
	} {
		assert.ErrorContains(t, err, name)
	}
	assert.NotContains(t, err.Error(), "secretword")
}
