// Package payment calls the payment provider and interprets its answers.
package payment

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"go.uber.org/zap"

	"shop/platform/breaker"
	"shop/platform/bulkhead"
	"shop/platform/config"
	"shop/platform/httpclient"
	"shop/wallet/internal/domain"
)

// peer is the provider in logs, metrics and errors.
const peer = "payment"

// Client implements the Provider of the payment service. All calls of the process share its limits and its circuit breaker.
type Client struct {
	cfg     Config
	http    *httpclient.Client
	limits  *bulkhead.Bulkhead
	circuit *breaker.Breaker
	budget  *httpclient.Budget
}

// New returns a client. The caller closes it.
func New(cfg Config, bulkheads *bulkhead.Metrics, breakers *breaker.Metrics, log *zap.Logger) *Client {
	return &Client{
		cfg: cfg,
		http: httpclient.New(httpclient.Config{
			Peer: peer, Timeout: cfg.Timeout, MaxResponseBytes: cfg.MaxResponseBytes, Secrets: []config.Secret{cfg.APIKey},
		}),
		limits:  bulkhead.New(peer, bulkhead.Config(cfg.Limits), bulkheads),
		circuit: breaker.New(peer, breaker.Config(cfg.Breaker), breakers, log),
		budget:  httpclient.NewBudget(cfg.Retry.MaxTokens, cfg.Retry.TokenRatio),
	}
}

// Close closes idle connections.
func (c *Client) Close() { c.http.Close() }

// Charge takes the amount from the card. The id of the payment is the key: however often it is sent, the card is charged once.
func (c *Client) Charge(ctx context.Context, p *domain.Payment, source string) error {
	answer, err := c.send(ctx, http.MethodPost, "/v1/charges", p.ID(), chargeRequest{
		Amount: p.Amount().MinorUnits(), Currency: p.Amount().Currency(), Reference: p.ID(), Customer: p.UserID(), Source: source,
	})
	if err != nil {
		return fmt.Errorf("charge %s: %w", p.ID(), err)
	}
	return answer.ofCharge(p)
}

// Find returns the outcome of the charge.
func (c *Client) Find(ctx context.Context, p *domain.Payment) error {
	answer, err := c.send(ctx, http.MethodGet, chargePath(p), "", nil)
	if err != nil {
		return fmt.Errorf("find charge %s: %w", p.ID(), err)
	}
	return answer.ofFind(p)
}

// Void cancels the charge, also one that has not arrived yet.
func (c *Client) Void(ctx context.Context, p *domain.Payment) error {
	answer, err := c.send(ctx, http.MethodPost, chargePath(p)+"/void", "", nil)
	if err != nil {
		return fmt.Errorf("void charge %s: %w", p.ID(), err)
	}
	return answer.ofVoid(p)
}

func chargePath(p *domain.Payment) string { return "/v1/charges/" + url.PathEscape(p.ID()) }

// send makes one call, which may have several attempts with the same key: all calls of this client can be repeated. After an error the outcome is unknown, except that Unavailable means that the call was not made.
func (c *Client) send(ctx context.Context, method, path, key string, content any) (answer, error) {
	request := httpclient.Request{
		Method: method, URL: strings.TrimSuffix(c.cfg.URL, "/") + path,
		Header: http.Header{"Authorization": {"Bearer " + c.cfg.APIKey.Reveal()}, "Accept": {"application/json"}},
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	if content != nil {
		body, err := json.Marshal(content)
		if err != nil {
			return answer{}, fmt.Errorf("encode request: %w", err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Body = body
	}
	response, err := c.attempts(ctx, request)
	if err != nil {
		return answer{}, err
	}
	return parse(response)
}
