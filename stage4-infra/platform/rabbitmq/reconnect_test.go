package rabbitmq

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestBackoff_DoublesUpToTheLimitWithJitter(t *testing.T) {
	t.Parallel()
	for failures, full := range []time.Duration{1, 2, 4, 8, 16, 30, 30, 30} {
		full *= time.Second
		seen := map[time.Duration]bool{}
		for range 100 {
			d := backoff(time.Second, 30*time.Second, failures)
			assert.GreaterOrEqual(t, d, full/2)
			assert.LessOrEqual(t, d, full)
			seen[d] = true
		}
		assert.Greater(t, len(seen), 50, "replicas must not return at the same time")
	}
	assert.LessOrEqual(t, backoff(time.Second, 30*time.Second, 1000), 30*time.Second)
}
