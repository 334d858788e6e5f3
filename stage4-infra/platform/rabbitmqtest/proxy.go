package rabbitmqtest

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Proxy is a way to the test's virtual host that can fail.
type Proxy struct {
	// URL is the address of the virtual host through the proxy.
	URL string

	far string

	mu          sync.Mutex
	down        bool
	frozen      chan struct{} // not nil while the proxy forwards nothing; closed when it forwards again
	connections map[net.Conn]struct{}
}

// NewProxy returns a Proxy that works.
func NewProxy(t testing.TB) *Proxy {
	t.Helper()
	address, err := url.Parse(URL(t))
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &Proxy{far: address.Host, connections: map[net.Conn]struct{}{}}
	var forwarding sync.WaitGroup
	forwarding.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			forwarding.Go(func() { p.forward(near) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		p.Thaw()
		p.Down()
		forwarding.Wait()
	})
	address.Host = listener.Addr().String()
	p.URL = address.String()
	return p
}

// Cut closes all connections. New ones work.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.connections {
		_ = conn.Close()
	}
}

// Down closes all connections, and each new one, until Up.
func (p *Proxy) Down() {
	p.mu.Lock()
	p.down = true
	p.mu.Unlock()
	p.Cut()
}

// Up ends Down.
func (p *Proxy) Up() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

// Freeze forwards nothing until Thaw, and keeps the connections open.
func (p *Proxy) Freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.frozen == nil {
		p.frozen = make(chan struct{})
	}
}

// Thaw ends Freeze. What was held back is forwarded.
func (p *Proxy) Thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.frozen != nil {
		close(p.frozen)
		p.frozen = nil
	}
}

// Block tells the clients, in the broker's name, that it takes no messages. Call it while nothing is under way.
func (p *Proxy) Block() { p.inject(60, "\x06memory") }

// Unblock ends Block.
func (p *Proxy) Unblock() { p.inject(61, "") }

// inject sends a method of the class connection to all clients.
func (p *Proxy) inject(method byte, arguments string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	const methodFrame, class, end = 1, 10, 0xCE
	frame := []byte{methodFrame, 0, 0, 0, 0, 0, byte(4 + len(arguments)), 0, class, 0, method}
	frame = append(append(frame, arguments...), end)
	for conn := range p.connections {
		_, _ = conn.Write(frame)
	}
}

func (p *Proxy) forward(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", p.far)
	if err != nil {
		return
	}
	defer far.Close()
	defer p.forget(near)
	if !p.register(near) {
		return
	}
	var back sync.WaitGroup
	back.Go(func() {
		defer near.Close()
		_, _ = io.Copy(gate{near, p}, far)
	})
	_, _ = io.Copy(gate{far, p}, near)
	_ = far.Close()
	back.Wait()
}

func (p *Proxy) register(near net.Conn) (open bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.connections[near] = struct{}{}
	return !p.down
}

func (p *Proxy) forget(near net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.connections, near)
}

// gate holds back what is written while the proxy is frozen.
type gate struct {
	net.Conn
	proxy *Proxy
}

// Write implements io.Writer.
func (g gate) Write(data []byte) (int, error) {
	g.proxy.mu.Lock()
	frozen := g.proxy.frozen
	g.proxy.mu.Unlock()
	if frozen != nil {
		<-frozen
	}
	return g.Conn.Write(data)
}
