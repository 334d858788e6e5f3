package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"

	"stagecraft/checker/site"
)

// pages serves the site on a free port, from the first page that the learner opens until close.
type pages struct {
	root string

	mu    sync.Mutex
	base  string // "http://127.0.0.1:40000/"; "" before the first page
	stop  context.CancelFunc
	ended chan struct{}
}

// address returns where a page of the site is, and starts the server if it does not run.
func (p *pages) address(page string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.base != "" {
		return p.base + page, nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("serve the site: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var failure error
	p.stop, p.ended = stop, make(chan struct{})
	go func() {
		defer close(p.ended)
		defer listener.Close() //nolint:errcheck // a server that ran has closed it
		failure = site.Serve(ctx, p.root, listener, site.Progress(p.root), io.Discard)
	}()
	base := "http://" + listener.Addr().String() + "/"
	answered := make(chan error, 1)
	go func() { // the listener takes the request at once, and the server answers after the first build
		response, err := http.Get(base)
		if err == nil {
			err = response.Body.Close()
		}
		answered <- err
	}()
	select {
	case <-p.ended:
		err = failure
	case err = <-answered:
	}
	if err != nil {
		stop()
		return "", fmt.Errorf("serve the site: %w", err)
	}
	p.base = base
	return base + page, nil
}

// close stops the server.
func (p *pages) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.base != "" {
		p.stop()
		<-p.ended
		p.base = ""
	}
}
