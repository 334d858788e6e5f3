package stack

import (
	"context"
	"io"
	"net"
	"slices"
	"sync"
)

// Balancer is a TCP load balancer in front of the replicas of a service, like a Service of Kubernetes: it picks a replica for each new
// connection, in turn, and one that is removed keeps the connections that it has.
type Balancer struct {
	listener net.Listener
	running  sync.WaitGroup

	mu       sync.Mutex
	replicas []string
	next     int
	conns    map[net.Conn]struct{}
	closed   bool
}

// NewBalancer listens on a free port; the replicas are host:port.
func NewBalancer(replicas ...string) (*Balancer, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b := &Balancer{listener: listener, replicas: replicas, conns: map[net.Conn]struct{}{}}
	b.running.Go(b.accept)
	return b, nil
}

// Addr is where the callers of the service connect to.
func (b *Balancer) Addr() string { return b.listener.Addr().String() }

// Add lets the replica have new connections.
func (b *Balancer) Add(replica string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Contains(b.replicas, replica) {
		b.replicas = append(b.replicas, replica)
	}
}

// Remove gives the replica no new connections.
func (b *Balancer) Remove(replica string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.replicas = slices.DeleteFunc(b.replicas, func(other string) bool { return other == replica })
}

// Close closes all connections and returns when nothing runs any more.
func (b *Balancer) Close() {
	_ = b.listener.Close()
	b.mu.Lock()
	b.closed = true
	for conn := range b.conns {
		_ = conn.Close()
	}
	b.mu.Unlock()
	b.running.Wait()
}

func (b *Balancer) accept() {
	for {
		conn, err := b.listener.Accept()
		if err != nil {
			return
		}
		b.running.Go(func() { b.serve(conn) })
	}
}

// serve connects the caller with the next replica that accepts. Without any it hangs up.
func (b *Balancer) serve(caller net.Conn) {
	if !b.track(caller) {
		return
	}
	defer b.drop(caller)
	for _, replica := range b.candidates() {
		conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", replica)
		if err != nil {
			continue
		}
		if b.track(conn) {
			defer b.drop(conn)
			forward(caller, conn)
		}
		return
	}
}

// candidates are the replicas in the order in which they are tried.
func (b *Balancer) candidates() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.replicas) == 0 {
		return nil
	}
	b.next = (b.next + 1) % len(b.replicas)
	return slices.Concat(b.replicas[b.next:], b.replicas[:b.next])
}

func (b *Balancer) track(conn net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		_ = conn.Close()
		return false
	}
	b.conns[conn] = struct{}{}
	return true
}

func (b *Balancer) drop(conn net.Conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.conns, conn)
	_ = conn.Close()
}

// forward copies both ways, and passes on that one side has nothing more to send, until both have.
func forward(caller, replica net.Conn) {
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{caller, replica}, {replica, caller}} {
		both.Go(func() {
			_, err := io.Copy(way[1], way[0])
			if half, ok := way[1].(*net.TCPConn); ok && err == nil {
				_ = half.CloseWrite()
				return
			}
			_ = way[0].Close()
			_ = way[1].Close()
		})
	}
	both.Wait()
}
