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

	"stagecraft/stage1-mvp/gateway/internal/config"
	"stagecraft/stage1-mvp/gateway/internal/openapi"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/openapitest"
)

func TestTheRoutesAreTheOnesThatAreDescribed(t *testing.T) {
	t.Parallel()
	document, err := openapi.JSON()
	require.NoError(t, err)
	contract, err := openapitest.Load(document)
	require.NoError(t, err)

	assert.Equal(t, contract.Operations(), routes(t), "expected is what openapi/spec says, actual what the gateway has")
}

// routes are those of the gateway as it is assembled to run. Its clients connect with their first call, so nothing is called.
func routes(t *testing.T) []string {
	t.Helper()
	var engine *gin.Engine
	require.NoError(t, fx.New(Options(config.Config{
		Targets: config.Targets{Order: "127.0.0.1:1", Inventory: "127.0.0.1:1", Wallet: "127.0.0.1:1"},
		Auth:    auth.Config{PublicKeys: publicKey(t), Issuer: "stagecraft", Audience: "shop", ServicePublicKeys: publicKey(t)},
	}), fx.NopLogger, fx.Populate(&engine)).Err())
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
