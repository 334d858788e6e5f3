package stack

import (
	"context"
	"crypto/tls"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
)

func TestStage3_TLS_PurchaseAndRefusals(t *testing.T) {
	t.Parallel()
	s := stocked(t, servicesOf(t, "stage3-hardening", "order", "inventory", "wallet", "gateway"))
	require.NotNil(t, s.Certificates)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()

	bought, err := s.Shop.Buy(ctx, buyer, "k1", tea)
	require.NoError(t, err)
	require.Equal(t, "PAID", bought.Data.Status, bought.String())
	require.NotEmpty(t, s.Call("gateway", "order").Calls("CreateOrder"), "the link sees calls through TLS")

	foreign, err := newCertificates()
	require.NoError(t, err)
	t.Cleanup(foreign.close)
	for name, transport := range map[string]credentials.TransportCredentials{
		"plain text":                  insecure.NewCredentials(),
		"no client certificate":       credentials.NewTLS(anonymous()),
		"certificate of a foreign CA": foreign.identities["gateway"].Client("order"),
		"service that may not call":   s.Certificates.identities["wallet"].Client("order"),
	} {
		conn, err := dial(s.Service("order").Addr, transport)
		require.NoError(t, err)
		_, err = healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{})
		assert.Equal(t, codes.Unavailable, status.Code(err), "%s: %v", name, err)
		require.NoError(t, conn.Close())
	}
}

// anonymous trusts every server and shows no certificate.
func anonymous() *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}
}
