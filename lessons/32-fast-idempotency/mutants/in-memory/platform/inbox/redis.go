package inbox

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"
)

type redisFlags struct{ done sync.Map }

func newRedisFlags(_ *redis.Client, _ Config, _ *zap.Logger) *redisFlags { return &redisFlags{} }

func (f *redisFlags) begin(_ context.Context, key string) bool {
	_, known := f.done.Load(key)
	return known
}

func (f *redisFlags) finish(_ context.Context, key string) { f.done.Store(key, true) }
