package mtls

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"shop/platform/mtls/authority"
)

func TestServer_CallerIsKnownByName(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	order, _ := newIdentity(t, dir, "order")
	gateway, _ := newIdentity(t, dir, "gateway")
	address := serve(t, order.Server("gateway"), "gateway")

	require.NoError(t, call(t.Context(), address, gateway.Client("order")))
}

// Probes run beside the service, with its own certificate.
func TestServer_AcceptsItself(t *testing.T) {
	t.Parallel()
	order, _ := newIdentity(t, newDirectory(t), "order")
	address := serve(t, order.Server("gateway"), "order")

	require.NoError(t, call(t.Context(), address, order.Client("order")))
}

func TestServer_Refuses(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	order, _ := newIdentity(t, dir, "order")
	address := serve(t, order.Server("gateway"), "gateway")
	wallet, _ := newIdentity(t, dir, "wallet")
	gateway, _ := newIdentity(t, dir, "gateway")
	foreign, _ := newIdentity(t, newDirectory(t), "gateway")
	// A client that does not notice that the server is of another CA, which is not what this test is about.
	bold := func(change func(*tls.Config)) credentials.TransportCredentials {
		cfg := &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{gateway.current.Load().cert}}
		change(cfg)
		return credentials.NewTLS(cfg)
	}
	expired := loadExpired(t, dir, "gateway")

	require.NoError(t, call(t.Context(), address, bold(func(*tls.Config) {})))
	for name, transport := range map[string]credentials.TransportCredentials{
		"plain text":            insecure.NewCredentials(),
		"no certificate":        bold(func(c *tls.Config) { c.Certificates = nil }),
		"a foreign certificate": bold(func(c *tls.Config) { c.Certificates[0] = foreign.current.Load().cert }),
		"an expired one":        bold(func(c *tls.Config) { c.Certificates[0] = expired.cert }),
		"TLS 1.2":               bold(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }),
		"another service":       wallet.Client("order"),
	} {
		err := call(t.Context(), address, transport)
		assert.Equal(t, codes.Unavailable, status.Code(err), "%s: %v", name, err)
	}
}

func TestClient_Refuses(t *testing.T) {
	t.Parallel()
	dir := newDirectory(t)
	gateway, _ := newIdentity(t, dir, "gateway")
	order, _ := newIdentity(t, dir, "order")
	wallet, _ := newIdentity(t, dir, "wallet")
	foreign, _ := newIdentity(t, newDirectory(t), "order")
	expired := &Identity{}
	expired.current.Store(loadExpired(t, dir, "order"))

	require.NoError(t, call(t.Context(), serve(t, order.Server("gateway"), "gateway"), gateway.Client("order")))
	for name, transport := range map[string]credentials.TransportCredentials{
		"another service":                   wallet.Server("gateway"),
		"a foreign certificate":             foreign.Server("gateway"),
		"an expired one":                    expired.Server("gateway"),
		"plain text":                        insecure.NewCredentials(),
		"a name that only the address says": credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{wallet.current.Load().cert}}),
	} {
		err := call(t.Context(), serve(t, transport, "gateway"), gateway.Client("order"))
		assert.Equal(t, codes.Unavailable, status.Code(err), "%s: %v", name, err)
	}
}

// loadExpired reads a certificate that was good until an hour ago.
func loadExpired(t *testing.T, dir authority.Directory, service string) *material {
	t.Helper()
	ca, err := authority.Parse(read(t, string(dir)+"/ca-key.pem"))
	require.NoError(t, err)
	now := time.Now()
	pair, err := ca.Issue(service, now.Add(-time.Minute), now.Add(-time.Second))
	require.NoError(t, err)
	cfg := filesOf(dir, service)
	cfg.CertFile = t.TempDir() + "/expired.pem"
	write(t, cfg.CertFile, pair)
	m, err := load(&cfg, now.Add(-30*time.Second))
	require.NoError(t, err)
	return m
}
