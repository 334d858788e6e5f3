// Package redistest gives tests a real Redis: the one of STAGECRAFT_REDIS_URL, or a container.
package redistest

import (
	"context"
	"fmt"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	tcredis "github.com/testcontainers/testcontainers-go/modules/redis"

	"shop/platform/config"
	"shop/platform/redis"
	"shop/platform/servertest"
)

const image = "redis:8"

var server = &servertest.Server{
	Name: "Redis", Variable: "STAGECRAFT_REDIS_URL", Example: "redis://:password@host:port/0", Start: startContainer,
}

// New returns a client, and closes it when the test ends. All tests share the server, so each has to choose keys that no other uses.
func New(t testing.TB) *goredis.Client {
	t.Helper()
	return Connect(t, URL(t))
}

// URL returns the address of the server.
func URL(t testing.TB) string {
	t.Helper()
	return server.Address(t)
}

// Connect is New for an address of the test's choice, such as one where nothing listens.
func Connect(t testing.TB, address string) *goredis.Client {
	t.Helper()
	client, err := redis.NewClient(redis.Config{URL: config.Secret(address), Timeout: 2 * time.Second})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() }) // a test may have closed it, which is one way to lose Redis
	return client
}

func startContainer(ctx context.Context) (string, error) {
	container, err := tcredis.Run(ctx, image)
	if err != nil {
		return "", fmt.Errorf("start %s: %w", image, err)
	}
	return container.ConnectionString(ctx)
}
