package fault

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	orderv1 "shop/gen/order/v1"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

// watcher streams three orders, then waits for its caller to go.
type watcher struct {
	orderv1.UnimplementedOrderServiceServer
	gone chan struct{}
}

func (w *watcher) WatchOrder(r *orderv1.WatchOrderRequest, stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error {
	for n := range 3 {
		if err := stream.Send(&orderv1.WatchOrderResponse{Order: &orderv1.Order{Id: fmt.Sprint(n)}}); err != nil {
			return err
		}
	}
	if r.GetId() == "short" {
		return status.Error(codes.ResourceExhausted, "enough")
	}
	<-stream.Context().Done()
	close(w.gone)
	return nil
}

func watching(t *testing.T) (*watcher, *Link, orderv1.OrderServiceClient) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &watcher{gone: make(chan struct{})}
	server := grpc.NewServer()
	orderv1.RegisterOrderServiceServer(server, w)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	link, err := NewLink("gateway->order", "127.0.0.1:0", listener.Addr().String(), nil)
	require.NoError(t, err)
	t.Cleanup(link.Close)
	conn, err := grpc.NewClient(link.Addr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return w, link, orderv1.NewOrderServiceClient(conn)
}

func TestStreamsPassAndEndWithTheirStatus(t *testing.T) {
	t.Parallel()
	_, link, order := watching(t)
	stream, err := order.WatchOrder(t.Context(), &orderv1.WatchOrderRequest{Id: "short"})
	require.NoError(t, err)
	for n := range 3 {
		message, err := stream.Recv()
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(n), message.GetOrder().GetId())
	}
	_, err = stream.Recv()
	require.False(t, errors.Is(err, io.EOF))
	require.Equal(t, codes.ResourceExhausted, status.Code(err))
	require.Eventually(t, func() bool { return link.Calls("WatchOrder")[0].Code == codes.ResourceExhausted }, time.Second, time.Millisecond)
}

func TestStream_CallerLeaves_CalleeIsCancelled(t *testing.T) {
	t.Parallel()
	w, link, order := watching(t)
	stream, err := order.WatchOrder(t.Context(), &orderv1.WatchOrderRequest{Id: "long"})
	require.NoError(t, err)
	_, err = stream.Recv()
	require.NoError(t, err)
	link.Cut()
	select {
	case <-w.gone:
	case <-time.After(5 * time.Second):
		t.Fatal("the callee must see that the connection is gone")
	}
}

func TestManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	callee, link, wallet := linked(t)
	var wait sync.WaitGroup
	for n := range 300 {
		wait.Go(func() {
			if err := deduct(t.Context(), wallet, fmt.Sprint(n)); err != nil {
				t.Errorf("call %d: %v", n, err)
			}
		})
	}
	wait.Wait()
	require.Len(t, callee.seen(), 300)
	require.Len(t, link.Calls(""), 300)
}
