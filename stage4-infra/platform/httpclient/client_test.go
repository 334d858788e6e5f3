package httpclient_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"shop/platform/auth"
	"shop/platform/config"
	"shop/platform/httpclient"
	"shop/platform/logging"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const apiKey = "key-of-the-shop"

// thirdParty answers as the handler says; the log of the calls made to it is in the buffer.
func thirdParty(t *testing.T, handler http.HandlerFunc) (*httpclient.Client, string, context.Context, *bytes.Buffer) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client := httpclient.New(httpclient.Config{
		Peer: "payment", Timeout: 200 * time.Millisecond, MaxResponseBytes: 1000, Secrets: []config.Secret{apiKey},
	})
	t.Cleanup(client.Close)
	log := &bytes.Buffer{}
	ctx := logging.Into(t.Context(), logging.NewTo(log, logging.Config{Level: "info"}, "test"))
	return client, server.URL, ctx, log
}

func TestDo_SendsNothingFromContext(t *testing.T) {
	t.Parallel()
	var seen http.Header
	client, url, ctx, _ := thirdParty(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.Header })
	ctx = auth.WithPrincipal(ctx, auth.Principal{Subject: "user"}, "the-user's-token")

	_, err := client.Do(ctx, httpclient.Request{Method: http.MethodGet, URL: url, Header: http.Header{"X-Ours": {"1"}}})

	require.NoError(t, err)
	seen.Del("Accept-Encoding")
	seen.Del("User-Agent")
	assert.Equal(t, http.Header{"X-Ours": {"1"}}, seen)
}

func TestDo_LogsCurlWithoutSecrets(t *testing.T) {
	t.Parallel()
	client, url, ctx, log := thirdParty(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"message":"%s is not known","card_number":"4242","note":"4242 4242 4242 4242","token":"hunter2"}`, r.Header.Get("Authorization"))
	})

	_, err := client.Do(ctx, httpclient.Request{
		Method: http.MethodPost, URL: url + "/v1/charges?debug=" + apiKey,
		Header: http.Header{"Authorization": {"Bearer " + apiKey}, "Idempotency-Key": {"k'1"}},
		Body:   []byte(`{"amount":5,"source":"tok_secretcard","access_token":"hunter2","pan":"4242424242424242"}`),
	})

	require.NoError(t, err)
	for _, secret := range []string{apiKey, "secretcard", "hunter2", "4242"} {
		assert.NotContains(t, log.String(), secret)
	}
	var line struct{ Event, Curl, Peer string }
	require.NoError(t, json.Unmarshal(log.Bytes(), &line))
	assert.Equal(t, "platform.http.called", line.Event)
	assert.Equal(t, `curl -X POST '`+url+`/v1/charges?debug=***' -H 'Authorization: ***' -H 'Idempotency-Key: k'\''1' `+
		`-d '{"amount":5,"source":"tok_***","access_token":"***","pan":"***"}'`, line.Curl)
}

func TestLog_SecretAtTheCut_IsMasked(t *testing.T) {
	t.Parallel()
	client, url, ctx, log := thirdParty(t, func(w http.ResponseWriter, _ *http.Request) {})

	_, err := client.Do(ctx, httpclient.Request{Method: http.MethodPost, URL: url, Body: []byte(strings.Repeat("x", 1990) + " " + apiKey)})

	require.NoError(t, err)
	assert.NotContains(t, log.String(), apiKey[:9])
	assert.Contains(t, log.String(), strings.Repeat("x", 1990))
	assert.Less(t, log.Len(), 3000)
}

func TestDo_UnusableAnswer_ReturnsError(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"huge": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1001)) },
		"slow": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"a slow body": func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
		"cut": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		client, url, ctx, log := thirdParty(t, handler)
		_, err := client.Do(ctx, httpclient.Request{Method: http.MethodPost, URL: url, Header: http.Header{"Idempotency-Key": {"k"}}})
		assert.Error(t, err, name)
		assert.Contains(t, log.String(), `"level":"warn"`, name)
		assert.Contains(t, log.String(), `"error":`, name)
	}
}

func TestDo_Redirect_IsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s with %v", r.Method, r.URL, r.Header)
	}))
	t.Cleanup(elsewhere.Close)
	client, url, ctx, _ := thirdParty(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	})

	response, err := client.Do(ctx, httpclient.Request{Method: http.MethodPost, URL: url, Body: []byte("{}")})

	require.NoError(t, err)
	assert.Equal(t, http.StatusTemporaryRedirect, response.Status)
}

func TestDo_LostAnswer_IsNotRepeated(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int64
	client, url, ctx, _ := thirdParty(t, func(_ http.ResponseWriter, r *http.Request) {
		if arrived.Add(1) > 1 {
			panic(http.ErrAbortHandler) // on a connection that was kept: what net/http would repeat
		}
	})
	request := httpclient.Request{Method: http.MethodPost, URL: url, Header: http.Header{"Idempotency-Key": {"k"}}, Body: []byte("{}")}
	_, err := client.Do(ctx, request)
	require.NoError(t, err)

	_, err = client.Do(ctx, request)

	require.Error(t, err)
	assert.EqualValues(t, 2, arrived.Load())
}
