package openapitest

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Transport returns a transport for clients over the network that checks every answer.
func (c *Contract) Transport(t *testing.T, next http.RoundTripper) http.RoundTripper {
	return &transport{t: t, contract: c, next: next}
}

type transport struct {
	t        *testing.T
	contract *Contract
	next     http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(request *http.Request) (*http.Response, error) {
	var sent []byte
	if request.Body != nil {
		var err error
		if sent, err = io.ReadAll(request.Body); err != nil {
			return nil, err
		}
	}
	forward := request.Clone(request.Context())
	forward.Body = io.NopCloser(bytes.NewReader(sent))
	answer, err := t.next.RoundTrip(forward)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	assert.NoError(t.t, t.contract.Check(request, sent, answer, body))
	return answer, nil
}
