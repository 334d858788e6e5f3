// Package objectstoretest has an S3 server in memory, for tests and for trying the services out where no other is.
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

	"stagecraft/stage1-mvp/platform/objectstore"
)

// Server is a running server. It believes every key.
type Server struct {
	// Endpoint is its host:port on this machine.
	Endpoint string
	http     *http.Server
}

// Start runs a server without buckets until Close.
func Start() (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for S3: %w", err)
	}
	// What a bucket held is gone with the process, so nothing is kept of what was overwritten either.
	fake := gofakes3.New(s3mem.New(), gofakes3.WithIntegrityCheck(true), gofakes3.WithoutVersioning())
	s := &Server{Endpoint: listener.Addr().String(), http: &http.Server{Handler: fake.Server(), ReadHeaderTimeout: 5 * time.Second}}
	go func() { _ = s.http.Serve(listener) }() // ends with Close
	return s, nil
}

// Close ends the server and forgets what was stored.
func (s *Server) Close() error { return s.http.Close() }

// Config returns what the environment of a service would say of this server.
func (s *Server) Config() objectstore.Config {
	return objectstore.Config{
		Endpoint: s.Endpoint, AccessKey: "test", SecretKey: "test", Bucket: "reports", Region: "us-east-1",
		CreateBucket: true, Timeout: 5 * time.Second,
	}
}

// New starts a server, and closes it when the test ends.
func New(t testing.TB) *Server {
	t.Helper()
	server, err := Start()
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() }) // a test may have closed it, which is one way to lose a store
	return server
}
