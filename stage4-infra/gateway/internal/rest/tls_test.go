package rest_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"shop/gateway/internal/config"
	platformconfig "shop/platform/config"
	"shop/platform/mtls"
	"shop/platform/mtls/authority"
)

func TestTLS_ClientsGetHTTP2AndTheCertificateOfNow(t *testing.T) {
	t.Parallel()
	dir := authority.Directory(t.TempDir())
	require.NoError(t, dir.Init())
	require.NoError(t, dir.Renew(true, time.Hour, "gateway"))
	file := dir.File("gateway")
	certificate, err := mtls.OpenCertificate(file, "", 0, zap.NewNop())
	require.NoError(t, err)
	cfg := platformconfig.Defaults[config.Server]()
	cfg.TLSCertFile = file
	g := newGateway(t, func(c *config.Config) { c.Server = cfg })
	_, address := g.serveTLS(cfg, certificate)
	get := func() *http.Response {
		bundle, err := os.ReadFile(dir.Bundle())
		require.NoError(t, err)
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(bundle)
		client := &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "gateway"}, ForceAttemptHTTP2: true,
		}}
		defer client.CloseIdleConnections()
		answer, err := client.Get("https://" + address + "/livez")
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer
	}

	first := get()
	assert.Equal(t, http.StatusOK, first.StatusCode)
	assert.Equal(t, 2, first.ProtoMajor)
	assert.Equal(t, "max-age=31536000", first.Header.Get("Strict-Transport-Security"))
	plain, err := http.Get("http://" + address + "/livez")
	require.NoError(t, err)
	require.NoError(t, plain.Body.Close())
	assert.Equal(t, http.StatusBadRequest, plain.StatusCode, "plain text is refused")

	require.NoError(t, dir.Renew(true, 2*time.Hour, "gateway"))
	assert.Greater(t, get().TLS.PeerCertificates[0].NotAfter, first.TLS.PeerCertificates[0].NotAfter)
	require.NoError(t, os.WriteFile(file, []byte("half"), 0o600))
	assert.Equal(t, http.StatusOK, get().StatusCode, "files that do not fit do not replace those that do")

	registry := prometheus.NewRegistry()
	certificate.Observe(registry)
	count, err := testutil.GatherAndCount(registry, "tls_certificate_expiry_timestamp_seconds")
	require.NoError(t, err)
	assert.Equal(t, 1, count)
}

func TestServerConfig_TLSFiles_AreChecked(t *testing.T) {
	t.Parallel()
	cfg := platformconfig.Defaults[config.Server]()
	require.NoError(t, cfg.Validate())
	cfg.TLSKeyFile = "key.pem"
	assert.ErrorContains(t, cfg.Validate(), "HTTP_TLS_KEY_FILE is set, but HTTP_TLS_CERT_FILE is not")
	cfg.TLSCertFile = "/does/not/exist"
	assert.ErrorContains(t, cfg.Validate(), "HTTP_TLS_CERT_FILE: open /does/not/exist")
}
