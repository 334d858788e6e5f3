// Package objectstoretest has an S3 server in memory, for tests and for running the services where there is no object store.
package objectstoretest

import (
	"fmt"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/require"

	"shop/platform/objectstore"
)

// Server accepts every access key, and keeps its objects until the process ends.
type Server struct {
	// Endpoint is its host:port on this machine.
	Endpoint string
	handler  http.Handler
	http     *http.Server
}

// Start runs a server without buckets until Stop.
func Start() (*Server, error) {
	// Nothing is kept of what was overwritten.
	fake := gofakes3.New(s3mem.New(), gofakes3.WithIntegrityCheck(true), gofakes3.WithoutVersioning())
	s := &Server{Endpoint: "127.0.0.1:0", handler: fake.Server()}
	return s, s.Listen()
}

// Listen takes requests again after Stop, at the same address.
func (s *Server) Listen() error {
	listener, err := net.Listen("tcp", s.Endpoint)
	if err != nil {
		return fmt.Errorf("listen for S3: %w", err)
	}
	s.Endpoint = listener.Addr().String()
	server := &http.Server{Handler: s.handler, ReadHeaderTimeout: 5 * time.Second}
	s.http = server
	go func() { _ = server.Serve(listener) }() // ends with Stop
	return nil
}

// Stop takes no more requests.
func (s *Server) Stop() error { return s.http.Close() }

// Config returns the configuration of a service that uses this server.
func (s *Server) Config() objectstore.Config {
	return objectstore.Config{
		Endpoint: s.Endpoint, AccessKey: "test", SecretKey: "test", Bucket: "reports", Region: "us-east-1",
		CreateBucket: true, Timeout: 5 * time.Second,
	}
}

// New starts a server, and stops it when the test ends.
func New(t testing.TB) *Server {
	t.Helper()
	server, err := Start()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	return server
}
