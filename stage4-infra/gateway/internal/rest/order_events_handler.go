package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/config"
	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
	"shop/platform/errs"
)

const orderEventsPath = "/orders/:id/events"

// OrderEventsHandler serves GET /v1/orders/{id}/events: the order now and after each change, as Server-Sent Events. The id of an event is
// the version of the order.
type OrderEventsHandler struct {
	orders  orderv1.OrderServiceClient
	streams *Streams
	cfg     config.Config
}

// NewOrderEventsHandler returns the handler that asks this client.
func NewOrderEventsHandler(orders orderv1.OrderServiceClient, streams *Streams, cfg config.Config) *OrderEventsHandler {
	return &OrderEventsHandler{orders: orders, streams: streams, cfg: cfg}
}

// Register implements Handler.
func (h *OrderEventsHandler) Register(v1 gin.IRouter) {
	v1.GET(orderEventsPath, h.events)
}

// events answers like GET until the first message has come, so that a client without a right to the order gets no stream. A client that has
// seen the final version gets 204, which tells it not to connect again.
func (h *OrderEventsHandler) events(c *gin.Context) {
	uri, ok := bindURI[orderURI](c)
	if !ok {
		return
	}
	ctx, end, err := h.streams.begin(c.Request.Context(), caller(c))
	if err != nil {
		c.Header("Retry-After", "1")
		reply.Error(c, err)
		return
	}
	defer end()
	first, rest, err := h.watch(ctx, uri.ID)
	if err != nil {
		reply.Error(c, h.streams.unlessClosed(err))
		return
	}
	seen := lastEventID(c)
	if isFinal(first) && first.GetVersion() <= seen {
		reply.NoContent(c)
		return
	}
	s := &eventStream{w: c.Writer, control: http.NewResponseController(c.Writer), timeout: h.cfg.Server.WriteTimeout, retry: h.cfg.Events.Retry}
	if err := s.start(first, seen); err != nil {
		_ = c.Error(err)
		return
	}
	if err := s.follow(ctx, rest, h.cfg.Events.Heartbeat); err != nil {
		_ = c.Error(err)
	}
}

// update is a message of a watch, or the error that ended it.
type update struct {
	order *orderv1.Order
	err   error
}

// watch returns the order as it is, and a channel with its changes, which ends with the watch. Both end with ctx.
func (h *OrderEventsHandler) watch(ctx context.Context, id string) (*orderv1.Order, <-chan update, error) {
	stream, err := h.orders.WatchOrder(ctx, &orderv1.WatchOrderRequest{Id: id})
	if err != nil {
		return nil, nil, err
	}
	first, err := stream.Recv()
	if err != nil {
		return nil, nil, err
	}
	rest := make(chan update)
	go func() {
		defer close(rest)
		for {
			message, err := stream.Recv()
			select {
			case rest <- update{message.GetOrder(), err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return first.GetOrder(), rest, nil
}

// lastEventID returns the version that the client has seen. What is no version is 0: the client sees the order again.
func lastEventID(c *gin.Context) int64 {
	version, err := strconv.ParseInt(c.GetHeader("Last-Event-ID"), 10, 64)
	if err != nil {
		return 0
	}
	return version
}

func isFinal(o *orderv1.Order) bool {
	return o.GetStatus() == orderv1.OrderStatus_ORDER_STATUS_SHIPPED || o.GetStatus() == orderv1.OrderStatus_ORDER_STATUS_CANCELLED
}

// eventStream writes events. The deadlines of the server are for whole requests; here each write has its own.
type eventStream struct {
	w       gin.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
	retry   time.Duration
}

func (s *eventStream) start(first *orderv1.Order, seen int64) error {
	header := s.w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store, no-transform")
	header.Set("X-Accel-Buffering", "no")
	s.w.WriteHeader(http.StatusOK)
	// A read that times out would cancel the request.
	if err := s.control.SetReadDeadline(time.Time{}); err != nil {
		return fmt.Errorf("lift the read deadline: %w", err)
	}
	if first.GetVersion() <= seen {
		return s.write(": resumed\n\n")
	}
	return s.send(first)
}

// follow sends changes until the watch ends, and heartbeats in between, so that a proxy keeps the connection and a lost client is noticed.
// Unless the order has ended, the last event tells the client to connect again.
func (s *eventStream) follow(ctx context.Context, updates <-chan update, heartbeat time.Duration) error {
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		var err error
		select {
		case next := <-updates:
			switch {
			case next.order != nil:
				err = s.send(next.order)
			case errors.Is(next.err, io.EOF):
				return nil
			case ctx.Err() != nil || errs.CodeOf(next.err) == errs.Unavailable:
				return s.reconnect()
			default:
				return errors.Join(fmt.Errorf("watch order: %w", next.err), s.reconnect())
			}
		case <-ticker.C:
			err = s.write(": heartbeat\n\n")
		case <-ctx.Done():
			return s.reconnect()
		}
		if err != nil {
			return err
		}
	}
}

func (s *eventStream) send(order *orderv1.Order) error {
	data, err := json.Marshal(fromOrder(order))
	if err != nil {
		return fmt.Errorf("encode order: %w", err)
	}
	return s.write(fmt.Sprintf("event: order\nid: %d\ndata: %s\n\n", order.GetVersion(), data))
}

// reconnect tells the client when to connect again. The times are random, so that not all clients of a replica that stops come at once.
func (s *eventStream) reconnect() error {
	retry := s.retry/2 + rand.N(s.retry/2+1)
	return s.write(fmt.Sprintf("event: reconnect\nretry: %d\ndata: {}\n\n", retry.Milliseconds()))
}

func (s *eventStream) write(text string) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(s.timeout)); err != nil {
		return fmt.Errorf("set write deadline: %w", err)
	}
	if _, err := s.w.WriteString(text); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	return s.control.Flush()
}
