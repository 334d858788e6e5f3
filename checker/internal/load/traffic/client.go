package traffic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// client keeps its connections, as the apps and browsers of customers do.
type client struct {
	base string
	http *http.Client
}

func newClient(base string, connections int) *client {
	return &client{base: base, http: &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: connections,
		IdleConnTimeout:     time.Minute,
		DialContext:         (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
	}}}
}

// answer is the envelope of the gateway.
type answer struct {
	Status int
	Code   int
	Reason string
	Data   json.RawMessage
}

// ask sends one request, once: net/http would repeat what has an Idempotency-Key after a lost connection.
func (c *client) ask(ctx context.Context, method, path, token, key string, body any) (answer, error) {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return answer{}, fmt.Errorf("encode the request: %w", err)
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, content)
	if err != nil {
		return answer{}, fmt.Errorf("make the request: %w", err)
	}
	request.GetBody = nil
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return answer{}, fmt.Errorf("read the answer: %w", err)
	}
	a := answer{}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &a); err != nil {
			a.Reason = "NOT_JSON"
		}
	}
	a.Status = response.StatusCode
	return a, nil
}
