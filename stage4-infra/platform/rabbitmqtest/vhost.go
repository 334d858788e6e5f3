// Package rabbitmqtest gives each test a virtual host of its own on a real RabbitMQ: that of STAGECRAFT_RABBITMQ_URL, or a container.
package rabbitmqtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	tcrabbitmq "github.com/testcontainers/testcontainers-go/modules/rabbitmq"

	"shop/platform/servertest"
)

const (
	image   = "rabbitmq:4-management"
	timeout = 30 * time.Second
)

var (
	server = &servertest.Server{
		Name: "RabbitMQ", Variable: "STAGECRAFT_RABBITMQ_URL", Example: "amqp://user:password@host:5672/", Start: startContainer,
	}
	// containerAPI is the management of the container, if there is one.
	containerAPI string

	mu    sync.Mutex
	hosts = map[testing.TB]string{}
)

// URL returns the address of the test's own virtual host, which is removed when the test ends. Further calls of the same test return the
// same one. The user of the server must be an administrator. Its management is found in STAGECRAFT_RABBITMQ_API, or at port 15672.
func URL(t testing.TB) string {
	t.Helper()
	mu.Lock()
	defer mu.Unlock()
	if address, ok := hosts[t]; ok {
		return address
	}
	address, err := url.Parse(server.Address(t))
	require.NoError(t, err)
	name := "test_" + uuid.NewString()[:8]
	call(t, http.MethodPut, api(address, "vhosts", name), nil)
	t.Cleanup(func() {
		mu.Lock()
		delete(hosts, t)
		mu.Unlock()
		call(t, http.MethodDelete, api(address, "vhosts", name), nil)
	})
	own := *address
	own.Path = "/" + name
	hosts[t] = own.String()
	return hosts[t]
}

// Messages returns how many messages the broker keeps for a queue of the test's virtual host, as of a few seconds ago: those that are ready
// or delivered, and those that it has not yet moved to the dead letters.
func Messages(t testing.TB, queue string) int {
	t.Helper()
	address, err := url.Parse(URL(t))
	require.NoError(t, err)
	var state struct{ Messages int }
	call(t, http.MethodGet, api(address, "queues", strings.TrimPrefix(address.Path, "/"), queue), &state)
	return state.Messages
}

func api(server *url.URL, path ...string) string {
	base := containerAPI
	if base == "" {
		base = os.Getenv("STAGECRAFT_RABBITMQ_API")
	}
	if base == "" {
		base = "http://" + net.JoinHostPort(server.Hostname(), "15672")
	}
	parsed, err := url.Parse(base)
	if err != nil {
		return base
	}
	parsed.User = server.User
	return parsed.JoinPath(append([]string{"api"}, path...)...).String()
}

// call decodes the answer into result, which may be nil.
func call(t testing.TB, method, address string, result any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	require.NoError(t, err)
	request.Close = true // tests look for goroutines that are left over
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Less(t, response.StatusCode, 300, "%s %s", method, request.URL.Redacted())
	if result != nil {
		require.NoError(t, json.NewDecoder(response.Body).Decode(result))
	}
}

func startContainer(ctx context.Context) (string, error) {
	container, err := tcrabbitmq.Run(ctx, image)
	if err != nil {
		return "", fmt.Errorf("start %s: %w", image, err)
	}
	if containerAPI, err = container.HttpURL(ctx); err != nil {
		return "", err
	}
	return container.AmqpURL(ctx)
}
