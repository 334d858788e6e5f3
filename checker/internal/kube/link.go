package kube

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const dialTimeout = 5 * time.Second

// link leads into the network of the built cluster and out of it, through two Unix sockets: see tools/kube/relay.go. Pods reach the servers
// that were named to forward, and nothing else of this machine.
type link struct {
	inside   string
	listener net.Listener

	mu      sync.Mutex
	servers map[string]string // by port
}

func newLink(dir string) (*link, error) {
	listener, err := net.Listen("unix", filepath.Join(dir, "outside.sock"))
	if err != nil {
		return nil, err
	}
	l := &link{inside: filepath.Join(dir, "cluster.sock"), listener: listener, servers: map[string]string{}}
	go accept(listener, l.lead)
	return l, nil
}

// lead brings a connection of a pod to the server that it asks for.
func (l *link) lead(conn net.Conn) {
	port, err := readLine(conn)
	l.mu.Lock()
	address, known := l.servers[port]
	l.mu.Unlock()
	if err != nil || !known {
		_ = conn.Close()
		return
	}
	server, err := net.DialTimeout("tcp", address, dialTimeout)
	if err != nil {
		_ = conn.Close()
		return
	}
	join(conn, server)
}

// forward makes a server of this machine reachable for pods, and returns its address there.
func (l *link) forward(ctx context.Context, address string) (string, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	l.servers[port] = address
	l.mu.Unlock()
	conn, err := l.ask(ctx, "forward "+port)
	if err != nil {
		return "", err
	}
	_ = conn.Close()
	return net.JoinHostPort(hostIP, port), nil
}

// hostIP is this machine as pods of the built cluster see it.
const hostIP = "10.244.0.1"

// dial connects to an address in the cluster.
func (l *link) dial(ctx context.Context, address string) (net.Conn, error) {
	return l.ask(ctx, "dial "+address)
}

func (l *link) ask(ctx context.Context, request string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", l.inside)
	if err != nil {
		return nil, err
	}
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	if _, err = fmt.Fprintln(conn, request); err == nil {
		var answer string
		if answer, err = readLine(conn); err == nil && answer != "ok" {
			err = errors.New(answer)
		}
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, conn.SetDeadline(time.Time{})
}

// readLine reads no further than the line.
func readLine(conn net.Conn) (string, error) {
	line, err := bufio.NewReaderSize(oneByte{conn}, 16).ReadString('\n')
	return strings.TrimSpace(line), err
}

type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:1]) }

func accept(listener net.Listener, serve func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond) // too many open files, for a moment
			continue
		}
		go serve(conn)
	}
}

// refuse closes a connection as one that nothing listens for.
func refuse(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// join copies both ways until both have ended.
func join(a, b net.Conn) {
	var wait sync.WaitGroup
	for _, pair := range [][2]net.Conn{{a, b}, {b, a}} {
		wait.Go(func() {
			_, err := io.Copy(pair[0], pair[1])
			if half, ok := pair[0].(interface{ CloseWrite() error }); ok && err == nil {
				_ = half.CloseWrite()
				return
			}
			_ = pair[0].Close()
			_ = pair[1].Close()
		})
	}
	wait.Wait()
	_ = a.Close()
	_ = b.Close()
}
