// Package httpclient calls third parties over HTTP. It sends the request and nothing from the context: no token of a user, no baggage, no
// trace. Every call has a deadline, a limit for the size of the answer, a span, and a line in the log with a curl command.
package httpclient

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"shop/platform/config"
)

// Config holds the settings of calls to one third party.
type Config struct {
	// Peer is its name in logs and traces.
	Peer string
	// Timeout is for one call, from the first byte sent to the last one read; an earlier deadline of the context wins.
	Timeout time.Duration
	// MaxResponseBytes is how much of an answer is read.
	MaxResponseBytes int64
	// Secrets are masked everywhere in the log, even in the answers of the third party.
	Secrets []config.Secret
}

// Request is sent with its own headers and those that HTTP requires, and no others.
type Request struct {
	Method string
	URL    string
	Header http.Header
	Body   []byte
}

// Response is an answer with any status.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Client is safe for concurrent use.
type Client struct {
	cfg  Config
	http *http.Client
}

const maxIdleConns = 16

// New returns a client. Close it to close its idle connections.
func New(cfg Config) *Client {
	return &Client{cfg: cfg, http: &http.Client{
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: maxIdleConns, IdleConnTimeout: time.Minute},
		// Following a redirect would take the API key to an address that is not configured.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Do makes the call once. An error means that there is no usable answer; the third party may have processed the request.
func (c *Client) Do(ctx context.Context, request Request) (response Response, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	ctx, span := c.startSpan(ctx, request)
	started := time.Now()
	defer func() {
		endSpan(span, response, err)
		c.log(ctx, request, response, time.Since(started), err)
	}()
	return c.do(ctx, request)
}

func (c *Client) do(ctx context.Context, request Request) (Response, error) {
	var body io.Reader
	if request.Body != nil {
		body = bytes.NewReader(request.Body)
	}
	outgoing, err := http.NewRequestWithContext(ctx, request.Method, request.URL, body)
	if err != nil {
		return Response{}, fmt.Errorf("make request to %s: %w", c.cfg.Peer, err)
	}
	for name, values := range request.Header {
		outgoing.Header[name] = values
	}
	// With GetBody, net/http repeats requests that have an Idempotency-Key by itself. Whether to repeat is the caller's decision.
	outgoing.GetBody = nil
	incoming, err := c.http.Do(outgoing)
	if err != nil {
		return Response{}, fmt.Errorf("call %s: %w", c.cfg.Peer, err)
	}
	defer incoming.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(incoming.Body, c.cfg.MaxResponseBytes+1))
	if err != nil {
		return Response{}, fmt.Errorf("read answer of %s: %w", c.cfg.Peer, err)
	}
	if int64(len(raw)) > c.cfg.MaxResponseBytes {
		return Response{}, fmt.Errorf("answer of %s has more than %d bytes", c.cfg.Peer, c.cfg.MaxResponseBytes)
	}
	return Response{Status: incoming.StatusCode, Header: incoming.Header, Body: raw}, nil
}
