package circuitbreaker

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"

	"stagecraft/checker/internal/check"
)

// front stands before the payment provider. It counts the calls, holds them, and answers 429 instead of the provider.
type front struct {
	server *httptest.Server

	mu       sync.Mutex
	provider http.Handler // nil until the provider runs
	calls    int
	held     int
	most     int           // of held
	gate     chan struct{} // nil: calls are not held
	busy     bool          // every other call is answered 429
}

func newFront() *front {
	f := &front{}
	f.server = httptest.NewServer(f)
	return f
}

// lead sends the calls on to the provider.
func (f *front) lead(t *check.T, provider string) {
	target, err := url.Parse(provider)
	t.Ours("read the address of the payment provider", err)
	f.mu.Lock()
	defer f.mu.Unlock()
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	f.provider = proxy
}

// ServeHTTP implements http.Handler.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.calls++
	gate, provider, refuse := f.gate, f.provider, f.busy && f.calls%2 == 0
	if gate != nil {
		f.held++
		f.most = max(f.most, f.held)
	}
	f.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-r.Context().Done():
		}
		f.mu.Lock()
		f.held--
		f.mu.Unlock()
	}
	if refuse || provider == nil {
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	provider.ServeHTTP(w, r)
}

// hold holds all calls from now on.
func (f *front) hold() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gate, f.most = make(chan struct{}), 0
}

// release lets the held calls go on, and all later ones.
func (f *front) release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.gate != nil {
		close(f.gate)
		f.gate = nil
	}
}

// overload answers every other call with 429.
func (f *front) overload(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.busy = on
}

func (f *front) seen() (calls, held, most int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls, f.held, f.most
}

// close ends the front and all calls.
func (f *front) close() {
	f.release()
	f.server.CloseClientConnections()
	f.server.Close()
}
