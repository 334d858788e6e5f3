// Package servertest finds the real server that a test needs, and skips or fails the test when there is none.
package servertest

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"
)

const startTimeout = 5 * time.Minute

// Server is a kind of server.
type Server struct {
	// Name is that of the product; Variable holds the address, of the form Example.
	Name, Variable, Example string
	// Start starts a container and returns the address of the server in it.
	Start func(ctx context.Context) (string, error)

	once    sync.Once
	address string
	failure error
	loud    sync.Once
}

// Address returns the address in Variable, or that of a container. The container is started once per test binary; testcontainers removes
// it when the binary has ended. Without either, the test ends as Missing describes.
func (s *Server) Address(t testing.TB) string {
	t.Helper()
	if address := os.Getenv(s.Variable); address != "" {
		return address
	}
	s.once.Do(func() { s.address, s.failure = s.start() })
	if s.failure != nil {
		s.Missing(t, s.failure)
	}
	return s.address
}

func (s *Server) start() (string, error) {
	if _, err := testcontainers.NewDockerProvider(); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	return s.Start(ctx)
}
