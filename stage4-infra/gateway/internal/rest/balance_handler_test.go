package rest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBalance_Get_HasItsOwnPath(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	a := g.do(http.MethodGet, "/v1/wallets/me/balances/EUR", "")

	assert.JSONEq(t, `{"user_id":"`+buyer+`","balance":{"minor_units":500,"currency":"EUR"}}`, string(a.body.Data))
	assert.Empty(t, a.Header().Get("Deprecation"))
	assert.Equal(t, http.StatusBadRequest, g.do(http.MethodGet, "/v1/wallets/me/balances/eur", "").Code)
}

func TestDeprecatedRoute_Called_AnswersWithSunset(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	a := g.do(http.MethodGet, "/v1/wallets/me?currency=EUR", "")

	assert.JSONEq(t, g.do(http.MethodGet, "/v1/wallets/me/balances/EUR", "").Body.String(), a.Body.String())
	assert.Equal(t, "@1777593600", a.Header().Get("Deprecation"))
	assert.Equal(t, "Sat, 01 May 2027 00:00:00 GMT", a.Header().Get("Sunset"))
	assert.Equal(t, `</v1/wallets/me/balances/EUR>; rel="successor-version"`, a.Header().Get("Link"))
	assert.Equal(t, http.StatusBadRequest, g.do(http.MethodGet, "/v1/wallets/me?currency=%3E%0d%0a", "").Code)
	assert.EqualValues(t, 2, g.counted("http_deprecated_requests_total"), "who still asks is counted")
}

// counted is the sum of all series of a counter.
func (g *gateway) counted(name string) (sum float64) {
	families, err := g.registry.Gather()
	require.NoError(g.t, err)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == name {
				sum += metric.GetCounter().GetValue()
			}
		}
	}
	return sum
}
