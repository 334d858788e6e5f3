package usecase_test

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// zzsCrashing is the name of the process that crashes.
const zzsCrashing = "zz_crashing"

// zzsCable stands between a pool and PostgreSQL, and can break: at the nth packet that the service sends, before PostgreSQL gets it or after.
type zzsCable struct {
	listener net.Listener
	target   string
	running  sync.WaitGroup

	mu     sync.Mutex
	conns  []net.Conn
	left   int // packets until it breaks; 0 is never
	lost   bool
	broken bool
}

// zzsLay returns a cable, and the address of the database through it.
func zzsLay(t *testing.T, address string) (cable *zzsCable, through string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Port() == "" {
		t.Skipf("the address of the database has no port: %v", err)
	}
	cable = &zzsCable{target: u.Host}
	if cable.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Skipf("listen: %v", err)
	}
	cable.running.Go(cable.accept)
	u.Host = cable.listener.Addr().String()
	query := u.Query()
	query.Set("application_name", zzsCrashing)
	u.RawQuery = query.Encode()
	return cable, u.String()
}

func (c *zzsCable) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.target)
		c.mu.Lock()
		if err != nil || c.broken {
			c.mu.Unlock()
			_ = client.Close()
			if server != nil {
				_ = server.Close()
			}
			continue
		}
		c.conns = append(c.conns, client, server)
		c.mu.Unlock()
		c.running.Go(func() { c.forward(client, server) })
		c.running.Go(func() {
			_, _ = io.Copy(client, server)
			_ = client.Close()
		})
	}
}

// forward passes packets on, and counts them.
func (c *zzsCable) forward(client, server net.Conn) {
	defer func() { _ = server.Close() }()
	buffer := make([]byte, 1<<16)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		switch c.next() {
		case "before":
			c.breakDown()
			return
		case "after":
			_ = client.Close() // the answer is lost
			_, _ = server.Write(buffer[:n])
			c.breakDown()
			return
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// next says what happens at the next packet.
func (c *zzsCable) next() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left == 0 {
		return ""
	}
	if c.left--; c.left > 0 {
		return ""
	}
	c.broken = true
	if c.lost {
		return "after"
	}
	return "before"
}

// breakAt breaks the cable at the nth packet from now on: before PostgreSQL gets it, or after, so that its answer is lost.
func (c *zzsCable) breakAt(n int, lost bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left, c.lost = n, lost
}

func (c *zzsCable) isBroken() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken
}

// breakDown ends all connections, so nothing of the process goes on.
func (c *zzsCable) breakDown() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = true
	for _, conn := range c.conns {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.Close()
		}
	}
}

func (c *zzsCable) remove() {
	_ = c.listener.Close()
	c.breakDown()
	c.running.Wait()
}
