package rabbitmq

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// connection opens channels on one connection to the broker. It opens the connection anew when that is gone.
type connection struct {
	name string // in the broker's management
	cfg  Config

	mu   sync.Mutex
	conn *amqp.Connection
}

// channel returns a new channel and the connection that it is on.
func (c *connection) channel(ctx context.Context) (*amqp.Connection, *amqp.Channel, error) {
	conn, err := c.open(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("connect to RabbitMQ: %w", err)
	}
	channel, err := conn.Channel()
	if err != nil {
		return nil, nil, fmt.Errorf("open channel: %w", err)
	}
	return conn, channel, nil
}

func (c *connection) open(ctx context.Context) (*amqp.Connection, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.conn != nil && !c.conn.IsClosed() {
		return c.conn, nil
	}
	properties := amqp.NewConnectionProperties()
	properties.SetClientConnectionName(c.name)
	conn, err := amqp.DialConfig(c.cfg.URL.Reveal(), amqp.Config{
		Heartbeat: c.cfg.Heartbeat, Properties: properties,
		Dial: func(network, address string) (net.Conn, error) { return c.dial(ctx, network, address) },
	})
	if err != nil {
		return nil, err
	}
	c.conn = conn
	return conn, nil
}

func (c *connection) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: c.cfg.ConnectTimeout}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	// For the handshake. The library removes the deadline after it.
	if err := conn.SetDeadline(time.Now().Add(c.cfg.ConnectTimeout)); err != nil {
		return nil, err
	}
	return boundedConn{conn, c.cfg.WriteTimeout}, nil
}

// close closes the connection. It does not wait longer than CloseTimeout for the broker's consent.
func (c *connection) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn != nil {
		_ = c.conn.CloseDeadline(time.Now().Add(c.cfg.CloseTimeout))
	}
}

// boundedConn bounds each write. A broker that is short of memory or disk stops reading, and a write could wait for as long as that lasts.
type boundedConn struct {
	net.Conn
	timeout time.Duration
}

// Write implements net.Conn.
func (c boundedConn) Write(data []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.timeout)); err != nil {
		return 0, err
	}
	return c.Conn.Write(data)
}
