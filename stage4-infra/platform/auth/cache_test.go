package auth

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestCache_Full_ForgetsAndGoesOn(t *testing.T) {
	t.Parallel()
	now, c := time.Now(), cache[int, int]{}
	for key := range 3*cacheSize + 1 {
		c.put(key, key, now.Add(time.Minute))
		assert.LessOrEqual(t, len(c.entries), cacheSize)
	}
	value, ok := c.get(3*cacheSize, now)
	assert.True(t, ok)
	assert.Equal(t, 3*cacheSize, value)
}
