package worker

import (
	"context"
	"crypto/rand"

	"github.com/redis/go-redis/v9"

	"shop/platform/job"
)

//stagecraft:add
const (
	takeScript = `if redis.call("EXISTS", KEYS[1]) == 1 then return 0 end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 1`
	giveScript = `if redis.call("GET", KEYS[1]) == ARGV[1] then redis.call("DEL", KEYS[1]) end
return 1`
)

//stagecraft:drop
var deleteIfOwner = 0

// Acquire implements job.Locker with two scripts: each runs as one command.
func (l *Locker) Acquire(ctx context.Context, key string) (func(ctx context.Context) error, error) {
	keys, token := []string{key}, rand.Text()
	release := func(ctx context.Context) error {
		return redis.NewScript(giveScript).Eval(ctx, l.client, keys, token).Err()
	}
	taken, err := redis.NewScript(takeScript).Eval(ctx, l.client, keys, token, l.ttl.Milliseconds()).Int()
	if err == nil && taken == 0 {
		return nil, job.ErrLocked
	}
	return release, err
}
