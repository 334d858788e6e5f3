package mtls

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health/grpc_health_v1"

	"shop/platform/mtls/authority"
)

const day = 24 * time.Hour

// newDirectory has a CA and certificates of all services, good for a day.
func newDirectory(t *testing.T) authority.Directory {
	t.Helper()
	dir := authority.Directory(t.TempDir())
	require.NoError(t, dir.Init())
	require.NoError(t, dir.Renew(true, day, "gateway", "order", "inventory", "wallet"))
	return dir
}

func filesOf(dir authority.Directory, service string) Config {
	return Config{Mode: modeMutual, Env: "production", CertFile: dir.File(service), CAFile: dir.Bundle(), ReloadInterval: time.Second}
}

func newIdentity(t *testing.T, dir authority.Directory, service string) (*Identity, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zapcore.InfoLevel)
	identity, err := New(service, filesOf(dir, service), zap.New(core))
	require.NoError(t, err)
	return identity, logs
}

// server answers health checks as long as its caller is the expected one.
type server struct {
	grpc_health_v1.UnimplementedHealthServer
	caller string
}

func (s server) Check(ctx context.Context, _ *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	if caller, _ := Peer(ctx); caller != s.caller {
		return nil, errors.New("called by " + caller)
	}
	return &grpc_health_v1.HealthCheckResponse{}, nil
}

func serve(t *testing.T, transport credentials.TransportCredentials, caller string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := grpc.NewServer(grpc.Creds(transport))
	grpc_health_v1.RegisterHealthServer(s, server{caller: caller})
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(s.Stop)
	return listener.Addr().String()
}

// call makes one call on a connection of its own.
func call(ctx context.Context, address string, transport credentials.TransportCredentials) error {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(transport))
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	_, err = grpc_health_v1.NewHealthClient(conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	return err
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, content, 0o600))
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return content
}
