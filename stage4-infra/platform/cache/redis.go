package cache

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	mathrand "math/rand/v2"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// empty is stored for what does not exist. Neither mark is JSON.
	empty = "__EMPTY__"
	// lease begins what is stored while a value is loaded.
	lease = "__LOADING__"
)

// entry is what is known about an id. The zero value knows nothing.
type entry[T any] struct {
	value         T
	exists, known bool
}

func decode[T any](text string) (e entry[T]) {
	if text == empty {
		return entry[T]{known: true}
	}
	if strings.HasPrefix(text, lease) || json.Unmarshal([]byte(text), &e.value) != nil {
		return entry[T]{}
	}
	e.exists, e.known = true, true
	return e
}

// lookup returns what is cached. After an error nothing is known.
func (l *CacheLoader[T]) lookup(ctx context.Context, ids []string) (map[string]entry[T], error) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.RedisTimeout)
	defer cancel()
	found := make(map[string]entry[T], len(ids))
	texts, err := l.client.MGet(ctx, l.keys(ids)...).Result()
	if err != nil {
		l.counts.errors.Inc()
		return found, err
	}
	for i, text := range texts {
		if text, ok := text.(string); ok {
			found[ids[i]] = decode[T](text)
		}
	}
	return found, nil
}

// claim stores a lease for each id: a reader that loads a value before a change of it, and stores it after, would otherwise bring the old
// value back. Delete removes the lease with the value, and store only replaces the lease that the reader saw before it began to load.
// A lease of another reader does as well. claim also returns what another process has stored since the lookup.
func (l *CacheLoader[T]) claim(ctx context.Context, ids []string) (leases map[string]string, found map[string]entry[T]) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.RedisTimeout)
	defer cancel()
	leases, found = make(map[string]string, len(ids)), make(map[string]entry[T], len(ids))
	own, answers := lease+rand.Text(), make([]*redis.StatusCmd, len(ids))
	_, err := l.client.Pipelined(ctx, func(commands redis.Pipeliner) error {
		for i, key := range l.keys(ids) {
			answers[i] = commands.SetArgs(ctx, key, own, redis.SetArgs{Mode: "NX", Get: true, TTL: 2 * l.cfg.LoadTimeout})
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		l.counts.errors.Inc()
		return nil, found
	}
	for i, id := range ids {
		switch text, err := answers[i].Result(); {
		case errors.Is(err, redis.Nil):
			leases[id] = own
		case strings.HasPrefix(text, lease):
			leases[id] = text
		default:
			found[id] = decode[T](text)
		}
	}
	return leases, found
}

// replaceLeases replaces each lease that is still there by a value.
var replaceLeases = redis.NewScript(`
	for i, key in ipairs(KEYS) do
		local lease, value, ttl = ARGV[3*i-2], ARGV[3*i-1], ARGV[3*i]
		if redis.call("GET", key) == lease then redis.call("SET", key, value, "PX", ttl) end
	end
	return 0`)

// store caches what was loaded. A failure costs another load, and nothing else.
func (l *CacheLoader[T]) store(ctx context.Context, leases map[string]string, loaded map[string]entry[T]) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.RedisTimeout)
	defer cancel()
	var keys []string
	var args []any
	for id, lease := range leases {
		e := loaded[id]
		text, ttl := []byte(empty), l.cfg.EmptyTTL
		if e.exists {
			var err error
			if text, err = json.Marshal(e.value); err != nil {
				l.counts.errors.Inc()
				continue
			}
			ttl = l.cfg.TTL
		}
		keys, args = append(keys, l.prefix+id), append(args, lease, text, jitter(ttl).Milliseconds())
	}
	if len(keys) == 0 {
		return
	}
	if err := replaceLeases.Run(ctx, l.client, keys, args...).Err(); err != nil {
		l.counts.errors.Inc()
	}
}

// jitter returns a random time between half of d and d, so that copies which were stored together do not expire together.
func jitter(d time.Duration) time.Duration { return d/2 + mathrand.N(d/2) }
