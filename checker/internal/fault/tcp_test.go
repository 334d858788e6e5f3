package fault

import (
	"bufio"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// echo returns the address of a server that sends back every line.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(conn, conn); _ = conn.Close() }()
		}
	}()
	return listener.Addr().String()
}

func tcpLink(t *testing.T) *TCPLink {
	t.Helper()
	link, err := NewTCPLink("order->postgres", "127.0.0.1:0", echo(t), nil)
	require.NoError(t, err)
	t.Cleanup(link.Close)
	return link
}

func open(t *testing.T, link *TCPLink) func(patience time.Duration) error {
	t.Helper()
	conn, err := net.DialTimeout("tcp", link.Addr(), time.Second)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	lines := bufio.NewReader(conn)
	return func(patience time.Duration) error {
		_ = conn.SetDeadline(time.Now().Add(patience))
		if _, err := conn.Write([]byte("x\n")); err != nil {
			return err
		}
		_, err := lines.ReadString('\n')
		return err
	}
}

func TestTCPCut(t *testing.T) {
	t.Parallel()
	link := tcpLink(t)
	ask := open(t, link)
	require.NoError(t, ask(5*time.Second))
	link.Cut()
	require.Error(t, ask(5*time.Second))
	_, err := net.DialTimeout("tcp", link.Addr(), time.Second)
	require.Error(t, err, "a cut link refuses")
	require.NoError(t, link.Heal())
	require.NoError(t, open(t, link)(5*time.Second))
}

func TestTCPReset(t *testing.T) {
	t.Parallel()
	link := tcpLink(t)
	ask := open(t, link)
	require.NoError(t, ask(5*time.Second))
	require.NoError(t, link.Reset())
	require.Error(t, ask(5*time.Second))
	require.NoError(t, open(t, link)(5*time.Second))
}

func TestTCPDelay(t *testing.T) {
	t.Parallel()
	link := tcpLink(t)
	ask := open(t, link)
	require.NoError(t, ask(5*time.Second))
	require.NoError(t, link.Delay(50*time.Millisecond))
	require.NoError(t, link.Delay(120*time.Millisecond), "a second delay replaces the first")
	begin := time.Now()
	require.NoError(t, ask(5*time.Second))
	require.GreaterOrEqual(t, time.Since(begin), 120*time.Millisecond)
	require.NoError(t, link.Heal())
	begin = time.Now()
	require.NoError(t, ask(5*time.Second))
	require.Less(t, time.Since(begin), 120*time.Millisecond)
}
