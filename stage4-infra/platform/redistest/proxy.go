package redistest

import (
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// Fault is what happens to a request on its way to Redis.
type Fault int

const (
	None       Fault = iota
	Cut              // the connection is closed before the request arrives
	AnswerLost       // the request is processed, and the connection is closed before the answer
	Lost             // the request does not arrive, and the connection stays open
)

// Proxy is a client whose requests pass through a proxy with faults.
type Proxy struct {
	*goredis.Client

	mu     sync.Mutex
	faults []Fault
}

// NewProxy returns a Proxy without faults.
func NewProxy(t testing.TB) *Proxy {
	t.Helper()
	address, err := url.Parse(URL(t))
	require.NoError(t, err)
	far := address.Host
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	proxy := &Proxy{faults: []Fault{None}}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() { proxy.forward(near, far) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		connections.Wait()
	})
	address.Host = listener.Addr().String()
	proxy.Client = Connect(t, address.String())
	return proxy
}

// Then sets the faults of the next requests in order. The last one applies to all further requests.
func (p *Proxy) Then(faults ...Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = faults
}

func (p *Proxy) next() Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	fault := p.faults[0]
	if len(p.faults) > 1 {
		p.faults = p.faults[1:]
	}
	return fault
}

// forward ends when one of the two ends is closed.
func (p *Proxy) forward(near net.Conn, address string) {
	defer near.Close()
	far, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer far.Close()
	var cutAnswer atomic.Bool
	go pump(far, near, func() Fault {
		if cutAnswer.Load() {
			return Cut
		}
		return None
	})
	pump(near, far, func() Fault {
		fault := p.next()
		cutAnswer.Store(fault == AnswerLost)
		return fault
	})
}

// pump copies from one end to the other, with faults, until an end is closed.
func pump(from, to net.Conn, faultOf func() Fault) {
	defer to.Close()
	data := make([]byte, 64<<10)
	for {
		n, err := from.Read(data)
		if err != nil {
			return
		}
		switch faultOf() {
		case Cut:
			return
		case Lost:
			continue
		}
		if _, err := to.Write(data[:n]); err != nil {
			return
		}
	}
}
