package kube

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A pod reaches a server that was named, and no other port of the machine.
func TestLink_PodAsksForAPort_OnlyForwardedServersAnswer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := newLink(dir)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.listener.Close() })
	cluster, err := net.Listen("unix", l.inside)
	require.NoError(t, err)
	t.Cleanup(func() { _ = cluster.Close() })
	go accept(cluster, func(conn net.Conn) {
		line, _ := readLine(conn)
		answer := "refused"
		if strings.HasPrefix(line, "forward ") {
			answer = "ok"
		}
		_, _ = fmt.Fprintln(conn, answer)
		_ = conn.Close()
	})
	server, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Close() })
	go accept(server, func(conn net.Conn) {
		_, _ = io.WriteString(conn, "hello\n")
		_ = conn.Close()
	})

	address, err := l.forward(t.Context(), server.Addr().String())
	require.NoError(t, err)
	_, port, _ := net.SplitHostPort(address)
	assert.Equal(t, hostIP+":"+port, address)
	assert.Equal(t, "hello", ask(t, dir, port))
	assert.Empty(t, ask(t, dir, "1"), "the port was not forwarded")

	_, err = l.dial(t.Context(), "10.244.1.2:9000")
	assert.ErrorContains(t, err, "refused", "the answer of the cluster is the error")
}

func ask(t *testing.T, dir, port string) string {
	t.Helper()
	conn, err := net.Dial("unix", filepath.Join(dir, "outside.sock"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintln(conn, port)
	require.NoError(t, err)
	line, _ := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSpace(line)
}
