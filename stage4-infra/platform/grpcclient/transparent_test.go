package grpcclient_test

import (
	"io"
	"net"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"shop/platform/errs"
	"shop/platform/grpcclient"
)

// refuseStreams is a server that speaks just enough HTTP/2 to refuse every call before it is processed. It sends each refused stream.
func refuseStreams(t *testing.T) (address string, refused <-chan uint32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	streams, done := make(chan uint32, 10), make(chan struct{})
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.ReadFull(conn, make([]byte, len(http2.ClientPreface)))
		framer := http2.NewFramer(conn, conn)
		_ = framer.WriteSettings()
		for {
			frame, err := framer.ReadFrame()
			if err != nil {
				return
			}
			if headers, ok := frame.(*http2.HeadersFrame); ok {
				streams <- headers.StreamID
				_ = framer.WriteRSTStream(headers.StreamID, http2.ErrCodeRefusedStream)
			}
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	return listener.Addr().String(), streams
}

// HTTP/2 says that a refused stream was not processed. gRPC therefore repeats it once, whatever the method: this needs no policy.
func TestTransparentRetry_RefusedStream_IsRepeatedOnceForEveryMethod(t *testing.T) {
	t.Parallel()
	address, refused := refuseStreams(t)
	registry := prometheus.NewRegistry()
	conn, err := grpcclient.Dial(address, grpcclient.WithConfig(quick()), grpcclient.WithMetrics(grpcclient.NewMetrics(registry)))
	require.NoError(t, err)
	defer conn.Close()

	err = check(t.Context(), healthpb.NewHealthClient(conn))

	assert.Equal(t, errs.Unavailable, errs.CodeOf(err))
	assert.Len(t, refused, 2)
	assert.Equal(t, map[string]float64{"first Unavailable": 1, "transparent Unavailable": 1}, counted(t, registry))
}
