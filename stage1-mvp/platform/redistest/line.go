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

// Fate is what becomes of a request on its way to Redis.
type Fate int

const (
	Arrives    Fate = iota
	Cut             // the connection is closed before
	AnswerLost      // it is done, and the connection is closed
	Lost            // nobody hears of it, and no answer ever comes
)

// Line is a way to Redis on which requests have fates.
type Line struct {
	*goredis.Client

	mu    sync.Mutex
	fates []Fate
}

// NewLine returns a client whose requests arrive, until Then is called.
func NewLine(t testing.TB) *Line {
	t.Helper()
	address, err := url.Parse(server.Address(t))
	require.NoError(t, err)
	far := address.Host
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	line := &Line{fates: []Fate{Arrives}}
	var carrying sync.WaitGroup
	carrying.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			carrying.Go(func() { line.carry(near, far) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		carrying.Wait()
	})
	address.Host = listener.Addr().String()
	line.Client = Connect(t, address.String())
	return line
}

// Then sets the fates of the next requests, one after the other; the last one is that of all that follow.
func (l *Line) Then(fates ...Fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fates = fates
}

func (l *Line) next() Fate {
	l.mu.Lock()
	defer l.mu.Unlock()
	fate := l.fates[0]
	if len(l.fates) > 1 {
		l.fates = l.fates[1:]
	}
	return fate
}

// carry ends when one of the two ends is closed.
func (l *Line) carry(near net.Conn, address string) {
	defer near.Close()
	far, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer far.Close()
	var deaf atomic.Bool
	go pump(far, near, func() Fate {
		if deaf.Load() {
			return Cut
		}
		return Arrives
	})
	pump(near, far, func() Fate {
		fate := l.next()
		deaf.Store(fate == AnswerLost)
		return fate
	})
}

// pump moves what one end says to the other, unless its fate is another one, until an end is closed.
func pump(from, to net.Conn, fateOf func() Fate) {
	defer to.Close()
	said := make([]byte, 64<<10)
	for {
		n, err := from.Read(said)
		if err != nil {
			return
		}
		switch fateOf() {
		case Cut:
			return
		case Lost:
			continue
		}
		if _, err := to.Write(said[:n]); err != nil {
			return
		}
	}
}
