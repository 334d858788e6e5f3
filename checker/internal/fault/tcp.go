package fault

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// TCPLink is the connection from one service to a database, cache or broker.
type TCPLink struct {
	name  string
	sink  Sink
	proxy *toxiproxy.Proxy

	mu     sync.Mutex
	cut    bool
	toxics []string
}

// NewTCPLink opens a link named "service->server" that listens on listen and leads to target (host:port).
func NewTCPLink(name, listen, target string, sink Sink) (*TCPLink, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	proxy := toxiproxy.NewProxy(server, name, listen, target)
	if err := proxy.Start(); err != nil {
		return nil, fmt.Errorf("open link %s: %w", name, err)
	}
	return &TCPLink{name: name, sink: sink, proxy: proxy}, nil
}

// Name returns "service->server".
func (l *TCPLink) Name() string { return l.name }

// Addr returns the address that the service is given.
func (l *TCPLink) Addr() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.proxy.Listen
}

// Cut refuses connections and closes those there are, until Heal.
func (l *TCPLink) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		return
	}
	l.cut = true
	l.sink.Emit(l.name, KindCut, "")
	l.proxy.Stop()
}

// Reset closes the connections there are; new ones are accepted at once.
func (l *TCPLink) Reset() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		return nil
	}
	l.sink.Emit(l.name, KindReset, "")
	l.proxy.Stop()
	return l.proxy.Start()
}

// Delay makes every answer late by d, until Heal.
func (l *TCPLink) Delay(d time.Duration) error {
	l.sink.Emit(l.name, KindDelay, d.String())
	return l.add("latency", "downstream", map[string]any{"latency": d.Milliseconds()})
}

// Heal ends every fault of the link.
func (l *TCPLink) Heal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.cut && len(l.toxics) == 0 {
		return nil
	}
	l.sink.Emit(l.name, KindHeal, "")
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, name := range l.toxics {
		if err := l.proxy.Toxics.RemoveToxic(ctx, name); err != nil {
			return fmt.Errorf("link %s: %w", l.name, err)
		}
	}
	l.toxics = nil
	if !l.cut {
		return nil
	}
	l.cut = false
	return l.proxy.Start()
}

// Close ends the link.
func (l *TCPLink) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.cut {
		l.proxy.Stop()
	}
	l.cut = true
}

// add puts a toxic on the link; one of the same kind and direction is replaced.
func (l *TCPLink) add(kind, stream string, attributes map[string]any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := kind + "_" + stream
	for i, present := range l.toxics {
		if present == name {
			_ = l.proxy.Toxics.RemoveToxic(context.Background(), name)
			l.toxics = append(l.toxics[:i], l.toxics[i+1:]...)
			break
		}
	}
	body, err := json.Marshal(map[string]any{"name": name, "type": kind, "stream": stream, "attributes": attributes})
	if err != nil {
		return err
	}
	if _, err := l.proxy.Toxics.AddToxicJson(bytes.NewReader(body)); err != nil {
		return fmt.Errorf("link %s: %s: %w", l.name, kind, err)
	}
	l.toxics = append(l.toxics, name)
	return nil
}
