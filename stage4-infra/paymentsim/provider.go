// Package paymentsim simulates an external payment provider: charges and voids over HTTP, with an API key and its own JSON. Its books are
// in memory. On request it is slow, fails, loses answers and receives requests twice. It imports nothing from the shop, and the services
// of the shop import nothing from it.
package paymentsim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// Config is the configuration of a provider.
type Config struct {
	// APIKey is the bearer token of the callers.
	APIKey string
	// Seed decides faults that have a probability; 0 picks a new one.
	Seed uint64
	// Log takes one line per request; may be nil.
	Log func(line string)
}

// Provider is a running provider. It is safe for concurrent use.
type Provider struct {
	cfg    Config
	books  *books
	faults *faults
	server *http.Server
	url    string

	closed  chan struct{}
	serving sync.WaitGroup
}

const (
	readTimeout  = 10 * time.Second
	closeTimeout = 2 * time.Second
)

// Listen starts a provider at host:port; port 0 takes a free one. The caller closes it.
func Listen(addr string, cfg Config) (*Provider, error) {
	if cfg.APIKey == "" {
		return nil, errors.New("the payment provider needs an API key")
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen for payments: %w", err)
	}
	if cfg.Seed == 0 {
		cfg.Seed = rand.Uint64()
	}
	p := &Provider{
		cfg: cfg, books: newBooks(), faults: newFaults(cfg.Seed), url: "http://" + listener.Addr().String(), closed: make(chan struct{}),
	}
	p.server = &http.Server{Handler: p.routes(), ReadTimeout: readTimeout}
	p.logf("payment provider at %s, seed of its faults %d", p.url, cfg.Seed)
	p.serving.Go(func() {
		if err := p.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			p.logf("payment provider ended: %v", err)
		}
	})
	return p, nil
}

// URL returns the address of the provider, without a trailing slash.
func (p *Provider) URL() string { return p.url }

// APIKey returns the bearer token of the callers.
func (p *Provider) APIKey() string { return p.cfg.APIKey }

// Charges returns a copy of all charges, the oldest first.
func (p *Provider) Charges() []Charge { return p.books.list() }

// Net returns what the provider holds for the shop in one currency: charged and not voided, in minor units.
func (p *Provider) Net(currency string) int64 { return p.books.net()[currency] }

// SetFaults replaces all faults. Those with a probability are decided by the seed; 0 means the seed of the provider.
func (p *Provider) SetFaults(seed uint64, faults ...Fault) error {
	if seed == 0 {
		seed = p.cfg.Seed
	}
	return p.faults.set(seed, faults)
}

// Close closes all connections and waits for the handlers. Delayed requests are not carried out.
func (p *Provider) Close() {
	close(p.closed)
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	_ = p.server.Shutdown(ctx) // waits for the handlers, which Close does not
	_ = p.server.Close()
	p.serving.Wait()
}

func (p *Provider) logf(format string, args ...any) {
	if p.cfg.Log != nil {
		p.cfg.Log(fmt.Sprintf(format, args...))
	}
}
