package redis_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/repository/redis"
	"shop/order/internal/usecase"
	"shop/platform/redistest"
)

var cfg = usecase.WrittenConfig{TTL: 3 * time.Second, Timeout: time.Second}

func TestWritten_AfterMark_IsRecentForThisBuyerOnly(t *testing.T) {
	t.Parallel()
	client := redistest.New(t)
	written, buyer := redis.NewWritten(cfg, client), uuid.NewString()
	require.False(t, written.Recently(t.Context(), buyer))

	written.Mark(t.Context(), buyer)

	assert.True(t, written.Recently(t.Context(), buyer))
	assert.False(t, written.Recently(t.Context(), uuid.NewString()))
	ttl := client.PTTL(t.Context(), "cqrs:written:"+buyer).Val()
	assert.Positive(t, ttl)
	assert.LessOrEqual(t, ttl, cfg.TTL, "a flag that stays would make every list slow")
}

func TestWritten_FlagExpired_IsNotRecent(t *testing.T) {
	t.Parallel()
	client := redistest.New(t)
	written, buyer := redis.NewWritten(cfg, client), uuid.NewString()
	written.Mark(t.Context(), buyer)
	require.True(t, client.PExpireAt(t.Context(), "cqrs:written:"+buyer, time.Now().Add(-time.Second)).Val())

	assert.False(t, written.Recently(t.Context(), buyer))
}

// The client of the request that has written may have left.
func TestWritten_MarkAfterTheRequestEnded_IsRecent(t *testing.T) {
	t.Parallel()
	written, buyer := redis.NewWritten(cfg, redistest.New(t)), uuid.NewString()
	ended, cancel := context.WithCancel(t.Context())
	cancel()

	written.Mark(ended, buyer)

	assert.True(t, written.Recently(t.Context(), buyer))
}

func TestWritten_RedisDown_ListsAreReadFromTheOrders(t *testing.T) {
	t.Parallel()
	written := redis.NewWritten(cfg, redistest.Connect(t, "redis://127.0.0.1:1/0"))

	written.Mark(t.Context(), uuid.NewString())

	assert.True(t, written.Recently(t.Context(), uuid.NewString()), "without an answer the read model may lack the last write")
}

func TestWritten_RedisDoesNotAnswer_WaitsNoLongerThanTimeout(t *testing.T) {
	t.Parallel()
	impatient := cfg
	impatient.Timeout = 20 * time.Millisecond
	proxy := redistest.NewProxy(t)
	written := redis.NewWritten(impatient, proxy.Client)
	proxy.Then(redistest.Lost)
	began := time.Now()

	written.Mark(t.Context(), uuid.NewString())

	assert.True(t, written.Recently(t.Context(), uuid.NewString()))
	assert.Less(t, time.Since(began), time.Second, "the client's own timeout is 2 s")
}
