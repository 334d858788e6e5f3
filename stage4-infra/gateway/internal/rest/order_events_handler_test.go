package rest_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"shop/gateway/internal/config"
	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
)

const eventsPath = "/v1/orders/" + orderID + "/events"

// watch is a stream of an order. Closing the channel ends it.
type watch struct {
	grpc.ServerStreamingClient[orderv1.WatchOrderResponse]
	ctx      context.Context
	versions <-chan *orderv1.Order
}

func (w *watch) Recv() (*orderv1.WatchOrderResponse, error) {
	select {
	case o, ok := <-w.versions:
		if !ok {
			return nil, io.EOF
		}
		return &orderv1.WatchOrderResponse{Order: o}, nil
	case <-w.ctx.Done():
		return nil, w.ctx.Err()
	}
}

// watched makes every watch return these orders, and tells when one has ended because of its client.
func (g *gateway) watched(orders ...*orderv1.Order) (more chan<- *orderv1.Order, left <-chan struct{}) {
	versions, gone := make(chan *orderv1.Order, 10), make(chan struct{}, 10)
	for _, o := range orders {
		versions <- o
	}
	g.orders.watch = func(ctx context.Context, _ *orderv1.WatchOrderRequest) (grpc.ServerStreamingClient[orderv1.WatchOrderResponse], error) {
		context.AfterFunc(ctx, func() { gone <- struct{}{} })
		return &watch{ctx: ctx, versions: versions}, nil
	}
	return versions, gone
}

func version(n int64, status orderv1.OrderStatus) *orderv1.Order {
	return &orderv1.Order{
		Id: orderID, BuyerId: buyer, Version: n, Status: status, Total: &orderv1.Money{MinorUnits: 500, Currency: "EUR"},
	}
}

const (
	statusPending   = orderv1.OrderStatus_ORDER_STATUS_PENDING
	statusPaid      = orderv1.OrderStatus_ORDER_STATUS_PAID
	statusCancelled = orderv1.OrderStatus_ORDER_STATUS_CANCELLED
)

func TestOrderEvents_EachChange_IsAnEventUntilTheEnd(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	more, _ := g.watched(version(1, statusPending), version(3, statusPaid), version(4, statusCancelled))
	close(more)

	a := g.do(http.MethodGet, eventsPath, "")

	require.Equal(t, http.StatusOK, a.Code)
	assert.Equal(t, "text/event-stream", a.Header().Get("Content-Type"))
	assert.Equal(t, "no", a.Header().Get("X-Accel-Buffering"))
	assert.Equal(t, []string{"1", "3", "4"}, ids(a.Body.String()))
	assert.Contains(t, a.Body.String(), `"status":"CANCELLED"`)
	assert.NotContains(t, g.log.String(), `"status\":\"CANCELLED`, "the log has no bodies of streams")
}

func TestOrderEvents_LastEventID_RepeatsNothing(t *testing.T) {
	t.Parallel()
	for last, want := range map[string][]string{"1": {"3", "4"}, "3": {"4"}, "0": {"3", "4"}, "junk": {"3", "4"}} {
		g := newGateway(t, nil)
		more, _ := g.watched(version(3, statusPaid), version(4, statusCancelled))
		close(more)
		assert.Equal(t, want, ids(g.do(http.MethodGet, eventsPath, "", "Last-Event-ID", last).Body.String()), last)
	}
}

func TestOrderEvents_LastEventWasSeen_ReturnsNoContent(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.watched(version(4, statusCancelled))

	assert.Equal(t, http.StatusNoContent, g.do(http.MethodGet, eventsPath, "", "Last-Event-ID", "4").Code)
}

func TestOrderEvents_OrderOfAnother_ReturnsNotFound(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.watch = func(context.Context, *orderv1.WatchOrderRequest) (grpc.ServerStreamingClient[orderv1.WatchOrderResponse], error) {
		return nil, errs.New(errs.NotFound, "ORDER_NOT_FOUND", "there is no such order")
	}

	a := g.do(http.MethodGet, eventsPath, "")

	assert.Equal(t, http.StatusNotFound, a.Code)
	assert.Equal(t, "ORDER_NOT_FOUND", a.body.Reason)
}

// open starts the stream over a connection whose server has short deadlines for everything else.
func (g *gateway) open(t *testing.T) (*bufio.Reader, context.CancelFunc) {
	server := httptest.NewUnstartedServer(g.handler)
	server.Config.ReadTimeout, server.Config.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	ctx, leave := context.WithCancel(t.Context())
	t.Cleanup(leave)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+eventsPath, http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+g.token())
	response, err := server.Client().Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	return bufio.NewReader(response.Body), leave
}

func newStreamingGateway(t *testing.T) *gateway {
	return newGateway(t, func(cfg *config.Config) {
		cfg.Events.Heartbeat, cfg.Events.MaxPerUser = 20*time.Millisecond, 1
		cfg.Server.RequestTimeout = 50 * time.Millisecond
	})
}

func TestOrderEvents_Heartbeats_OutliveTheDeadlinesOfRequests(t *testing.T) {
	t.Parallel()
	g := newStreamingGateway(t)
	more, left := g.watched(version(1, statusPending))
	body, leave := g.open(t)
	for range 10 {
		readUntil(t, body, ": heartbeat")
	}
	more <- version(3, statusPaid)
	readUntil(t, body, "id: 3")

	busy := g.do(http.MethodGet, eventsPath, "")
	assert.Equal(t, http.StatusTooManyRequests, busy.Code)
	assert.Equal(t, "TOO_MANY_STREAMS", busy.body.Reason)

	leave()
	select {
	case <-left:
	case <-time.After(10 * time.Second):
		t.Fatal("the watch did not end with its client")
	}
}

func TestOrderEvents_StopOfTheServer_EndsTheStream(t *testing.T) {
	t.Parallel()
	g := newStreamingGateway(t)
	g.watched(version(1, statusPending))
	body, _ := g.open(t)
	readUntil(t, body, "id: 1")

	g.streams.Close()

	rest, err := io.ReadAll(body)
	assert.NoError(t, err, "the answer is complete")
	assert.Regexp(t, `event: reconnect\nretry: [1-9]\d+\ndata: {}\n\n$`, string(rest))
	assert.Equal(t, "SHUTTING_DOWN", g.do(http.MethodGet, eventsPath, "").body.Reason, "none begins")
}

func TestOrderEvents_StopOfTheOrderService_TellsTheClientToReconnect(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	ended := []error{nil, errs.New(errs.Unavailable, "SHUTTING_DOWN", "the server is stopping")}
	g.orders.watch = func(context.Context, *orderv1.WatchOrderRequest) (grpc.ServerStreamingClient[orderv1.WatchOrderResponse], error) {
		return &scriptedWatch{errs: ended}, nil
	}

	stream := g.do(http.MethodGet, eventsPath, "").Body.String()

	assert.Regexp(t, `(?s)^event: order\nid: 1\n.*event: reconnect\nretry: [1-9]\d+\ndata: {}\n\n$`, stream)
	assert.NotContains(t, g.log.String(), `"level":"error"`)
}

// scriptedWatch returns an order where the error is nil.
type scriptedWatch struct {
	grpc.ServerStreamingClient[orderv1.WatchOrderResponse]
	errs []error
}

func (w *scriptedWatch) Recv() (*orderv1.WatchOrderResponse, error) {
	err := w.errs[0]
	w.errs = w.errs[1:]
	return &orderv1.WatchOrderResponse{Order: version(1, statusPending)}, err
}

func readUntil(t *testing.T, body *bufio.Reader, text string) {
	t.Helper()
	for {
		line, err := body.ReadString('\n')
		require.NoError(t, err, "before %q", text)
		if strings.HasPrefix(line, text) {
			return
		}
	}
}

func ids(stream string) (ids []string) {
	for line := range strings.Lines(stream) {
		if id, ok := strings.CutPrefix(strings.TrimSpace(line), "id: "); ok {
			ids = append(ids, id)
		}
	}
	return ids
}
