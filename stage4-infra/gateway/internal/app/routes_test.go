package app

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"regexp"
	"slices"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"shop/gateway/internal/config"
	"shop/gateway/internal/openapi"
	platformconfig "shop/platform/config"
	"shop/platform/openapitest"
)

func TestRoutes_MatchOpenAPI(t *testing.T) {
	t.Parallel()
	document, err := openapi.JSON()
	require.NoError(t, err)
	contract, err := openapitest.Load(document)
	require.NoError(t, err)

	assert.Equal(t, contract.Operations(), routes(t), "expected is openapi/spec, actual is the gateway")
}

// routes returns those of the complete gateway. Its clients connect with their first call, so there is no connection.
func routes(t *testing.T) []string {
	t.Helper()
	var engine *gin.Engine
	cfg := platformconfig.Defaults[config.Config]()
	cfg.Targets = config.Targets{Order: "127.0.0.1:1", Inventory: "127.0.0.1:1", Wallet: "127.0.0.1:1"}
	cfg.Auth.PublicKeys, cfg.Auth.ServicePublicKeys = publicKey(t), publicKey(t)
	cfg.Basics.TLS.Mode = "off"
	require.NoError(t, fx.New(Options(cfg), fx.NopLogger, fx.Populate(&engine)).Err())
	var found []string
	for _, route := range engine.Routes() {
		found = append(found, route.Method+" "+regexp.MustCompile(`:(\w+)`).ReplaceAllString(route.Path, "{$1}"))
	}
	slices.Sort(found)
	return found
}

func publicKey(t *testing.T) string {
	t.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}
