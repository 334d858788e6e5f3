package cache_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"shop/platform/cache"
	"shop/platform/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var config = cache.Config{TTL: time.Minute, EmptyTTL: time.Minute, LoadTimeout: 3 * time.Second, RedisTimeout: 2 * time.Second}

type product struct {
	Name  string
	Price int64
}

// fixture is a cache with a purpose, and so with keys, that no other test has.
type fixture struct {
	*cache.CacheLoader[product]
	client   *redis.Client
	registry *prometheus.Registry
	purpose  string
	// source is what the loader loads from; loads counts its calls.
	source sync.Map
	loads  atomic.Int64
}

func newFixture(t *testing.T) *fixture { return newFixtureOn(redistest.New(t), config) }

func newFixtureOn(client *redis.Client, cfg cache.Config) *fixture {
	f := &fixture{client: client, registry: prometheus.NewRegistry(), purpose: uuid.NewString()}
	f.CacheLoader = cache.New[product](client, f.purpose, 1, cfg, cache.NewMetrics(f.registry))
	return f
}

func (f *fixture) key(id string) string { return "cache:" + f.purpose + ":v1:" + id }

// load returns what the source has at the moment.
func (f *fixture) load(id string) func(context.Context) (product, bool, error) {
	return func(context.Context) (product, bool, error) {
		f.loads.Add(1)
		value, exists := f.source.Load(id)
		if !exists {
			return product{}, false, nil
		}
		return value.(product), true, nil
	}
}

func (f *fixture) loadMany(_ context.Context, ids []string) (map[string]product, error) {
	f.loads.Add(1)
	found := make(map[string]product)
	for _, id := range ids {
		if value, exists := f.source.Load(id); exists {
			found[id] = value.(product)
		}
	}
	return found, nil
}

// count returns the value of a metric of this cache.
func (f *fixture) count(t *testing.T, name string, labels ...string) float64 {
	t.Helper()
	families, err := f.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == name && (len(labels) == 0 || metric.GetLabel()[1].GetValue() == labels[0]) {
				return metric.GetCounter().GetValue()
			}
		}
	}
	return 0
}
