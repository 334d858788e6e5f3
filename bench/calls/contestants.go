package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	rediscache "github.com/go-redis/cache/v9"
	"github.com/go-redsync/redsync/v4"
	"github.com/go-redsync/redsync/v4/redis/goredis/v9"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"
	"go.uber.org/zap"

	"shop/platform/breaker"
	"shop/platform/cache"
	"shop/platform/redislock"
)

// product is what is cached.
type product struct {
	SKU       string `json:"sku"`
	Name      string `json:"name"`
	UnitPrice int64  `json:"unit_price"`
	Text      string `json:"text"`
}

// cacheHits returns the ways to read a product that is in Redis.
func cacheHits(ctx context.Context, db *redis.Client, clients int) ([]contestant, error) {
	tea := product{SKU: "tea", Name: "Green tea", UnitPrice: 500, Text: fmt.Sprintf("%0200d", 0)}
	raw, err := json.Marshal(tea)
	if err != nil {
		return nil, err
	}
	if err := db.Set(ctx, "bench:plain", raw, time.Hour).Err(); err != nil {
		return nil, err
	}
	theirs := rediscache.New(&rediscache.Options{Redis: db})
	cfg := cache.Config{TTL: time.Hour, EmptyTTL: time.Minute, LoadTimeout: time.Second, RedisTimeout: time.Second}
	ours := cache.New[product](db, "bench", 1, cfg, cache.NewMetrics(prometheus.NewRegistry()))
	return []contestant{
		{"go-redis/cache Once", clients, func(int) error {
			var out product
			return theirs.Once(&rediscache.Item{
				Ctx: ctx, Key: "bench:once", Value: &out, TTL: time.Hour, Do: func(*rediscache.Item) (any, error) { return tea, nil },
			})
		}},
		{"GET and JSON", clients, func(int) error {
			var out product
			raw, err := db.Get(ctx, "bench:plain").Bytes()
			if err != nil {
				return err
			}
			return json.Unmarshal(raw, &out)
		}},
		{"platform/cache", clients, func(int) error {
			_, _, err := ours.Get(ctx, "tea", func(context.Context) (product, bool, error) { return tea, true, nil })
			return err
		}},
	}, nil
}

// breakers returns the ways to make a call that always succeeds.
func breakers() []contestant {
	cfg := breaker.Config{FailureRatio: 0.5, MinRequests: 20, Window: 10 * time.Second, OpenFor: time.Second, HalfOpenRequests: 1}
	theirs := gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{Name: "bench", Interval: cfg.Window, BucketPeriod: cfg.Window / 10})
	ours := breaker.New("bench", cfg, breaker.NewMetrics(prometheus.NewRegistry()), zap.NewNop())
	var calls atomic.Int64
	work := func() error { calls.Add(1); return nil }
	return []contestant{
		{"gobreaker", 1, func(int) error {
			_, err := theirs.Execute(func() (struct{}, error) { return struct{}{}, work() })
			return err
		}},
		{"platform/breaker", 1, func(int) error { return ours.Do(work) }},
	}
}

// tokens counts in memory: the database of the fencing tokens is not what is compared.
type tokens struct{ last atomic.Int64 }

func (t *tokens) Next(context.Context, string) (int64, error) { return t.last.Add(1), nil }

// locks returns the ways to hold a lock for a moment.
func locks(ctx context.Context, db *redis.Client) []contestant {
	const expiry = 8 * time.Second
	theirs := redsync.New(goredis.NewPool(db))
	ours := redislock.New(db, redislock.Config{Expiry: expiry, UnlockTimeout: time.Second}, &tokens{})
	return []contestant{
		{"redsync", 1, func(client int) error {
			mutex := theirs.NewMutex(fmt.Sprintf("bench:lock:%d", client), redsync.WithExpiry(expiry))
			if err := mutex.TryLockContext(ctx); err != nil {
				return err
			}
			held, err := mutex.UnlockContext(ctx)
			if err == nil && !held {
				err = errors.New("the lock was lost")
			}
			return err
		}},
		{"platform/redislock", 1, func(client int) error {
			return ours.With(ctx, fmt.Sprintf("bench:ours:%d", client), func(context.Context, int64) error { return nil })
		}},
	}
}
