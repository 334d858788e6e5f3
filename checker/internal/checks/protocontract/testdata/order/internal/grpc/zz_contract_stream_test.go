package grpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/domain"
	"shop/platform/auth"
	"shop/platform/errs"
)

const zzContractMethod = "/order.v1.OrderService/WatchOrder"

// TestZZContractStream judges the handler of the stream: with a stream of the test's own first, then over a connection.
func TestZZContractStream(t *testing.T) {
	open := zzContractHandler(t)
	zzContractRules(t)
	for _, judge := range []func(*testing.T, grpc.StreamHandler){zzContractMessages, zzContractAccess, zzContractBackpressure, zzContractSendError} {
		synctest.Test(t, func(t *testing.T) { judge(t, open) })
		if t.Failed() {
			t.FailNow()
		}
	}
	zzContractEnds(t)
	zzContractStatuses(t)
	zzContractLeaves(t)
}

func zzContractRules(t *testing.T) {
	customers := []auth.Role{auth.Customer, auth.Admin}
	want := auth.Rules{}
	for method, roles := range map[string][]auth.Role{
		"CreateOrder": {auth.Customer}, "GetOrder": customers, "ListOrders": customers, "WatchOrder": customers, "CancelOrder": customers,
		"ShipOrder": {auth.Warehouse, auth.Admin}, "BatchGetOrders": customers, "BatchCancelOrders": customers, "ListAllOrders": {auth.Admin},
	} {
		want["/order.v1.OrderService/"+method] = roles
	}
	rules := Rules()
	for _, method := range slices.Sorted(maps.Keys(want)) {
		seen, roles := slices.Clone(rules[method]), slices.Clone(want[method])
		slices.Sort(seen)
		slices.Sort(roles)
		if !slices.Equal(slices.Compact(seen), roles) {
			zzContractFail(t, zzContractFailure{"rules", "Rules for " + method, fmt.Sprint(want[method]), fmt.Sprint(rules[method]), "a method without a rule is closed to all callers, and with a wrong one it is open to the wrong ones"})
		}
	}
}

// zzContractHandler returns what gRPC calls for WatchOrder; it is not there before the code is generated.
func zzContractHandler(t *testing.T) grpc.StreamHandler {
	for _, stream := range orderv1.OrderService_ServiceDesc.Streams {
		if stream.StreamName == "WatchOrder" && stream.ServerStreams && !stream.ClientStreams {
			return stream.Handler
		}
	}
	zzContractFail(t, zzContractFailure{"no-stream", "OrderService has no server stream WatchOrder in the generated code", "the method of the lesson, and code that was generated after it",
		fmt.Sprintf("%d streams", len(orderv1.OrderService_ServiceDesc.Streams)), "a method is added to the contract first, then the code is generated"})
	return nil
}

// zzContractPipe is a stream without a connection.
type zzContractPipe struct {
	grpc.ServerStream
	t       *testing.T
	ctx     context.Context
	request string
	sending func(n int) error // before message n, which counts from 1
	sent    []map[string]any
}

func (p *zzContractPipe) Context() context.Context     { return p.ctx }
func (p *zzContractPipe) SetHeader(metadata.MD) error  { return nil }
func (p *zzContractPipe) SendHeader(metadata.MD) error { return nil }
func (p *zzContractPipe) SetTrailer(metadata.MD)       {}

func (p *zzContractPipe) RecvMsg(into any) error {
	request, err := zzContractMessage(zzContractNew(), "WatchOrderRequest", p.request)
	if err != nil {
		return err
	}
	wire, err := proto.Marshal(request)
	if err != nil {
		return err
	}
	return proto.Unmarshal(wire, into.(proto.Message))
}

func (p *zzContractPipe) SendMsg(m any) error {
	if p.sending != nil {
		if err := p.sending(len(p.sent) + 1); err != nil {
			return err
		}
	}
	p.sent = append(p.sent, zzContractJSON(p.t, m.(proto.Message)))
	return nil
}

// pipe opens a watch of the order; the context ends after an hour of the test's time.
func (s *zzContractShop) pipe(user, role string) (*zzContractPipe, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Hour)
	ctx = auth.WithPrincipal(ctx, auth.Principal{Subject: user, Roles: []string{role}}, "")
	return &zzContractPipe{t: s.t, ctx: ctx, request: fmt.Sprintf(`{"id":%q}`, zzContractOrder)}, cancel
}

// zzContractMessages compares each message with what GetOrder answers at the same time.
func zzContractMessages(t *testing.T, open grpc.StreamHandler) {
	s := zzContractOpen(t, time.Second)
	s.show(zzContractAt(1, domain.StatusPending))
	time.AfterFunc(2500*time.Millisecond, func() { s.show(zzContractAt(2, domain.OrderStatus(6))) })
	time.AfterFunc(4500*time.Millisecond, func() { s.show(zzContractAt(3, domain.StatusCancelled)) })
	pipe, cancel := s.pipe(zzContractBuyer, "customer")
	defer cancel()
	var want []map[string]any
	pipe.sending = func(int) error {
		answer, err := s.handler.GetOrder(pipe.ctx, &orderv1.GetOrderRequest{Id: zzContractOrder})
		if err != nil {
			return err
		}
		want = append(want, zzContractJSON(t, answer))
		return nil
	}
	err := open(s.handler, pipe)
	if err != nil || len(pipe.sent) != 3 {
		zzContractFail(t, zzContractFailure{"messages", "a watched order changes twice, the second time to CANCELLED", "three messages, and the handler returns no error", fmt.Sprintf("%d messages, the error %v", len(pipe.sent), err),
			"gRPC ends the stream when the handler returns; a client gets EOF if it returns no error"})
	}
	if !reflect.DeepEqual(pipe.sent, want) {
		zzContractFail(t, zzContractFailure{"content", "the messages of a watch", "in order, what GetOrder answers at the same time: " + zzContractText(want), zzContractText(pipe.sent),
			"a client shows the one and the other in the same way; a status that this version does not know is sent as it is"})
	}
}

func zzContractSendError(t *testing.T, open grpc.StreamHandler) {
	s := zzContractOpen(t, time.Second)
	s.show(zzContractAt(1, domain.StatusPending))
	time.AfterFunc(time.Minute, func() { s.show(zzContractAt(2, domain.StatusShipped)) })
	pipe, cancel := s.pipe(zzContractBuyer, "customer")
	defer cancel()
	gone, n := errors.New("the transport is closing"), 0
	pipe.sending = func(int) error { n++; return gone }
	began := time.Now()
	if err := open(s.handler, pipe); !errors.Is(err, gone) || n != 1 || time.Since(began) > 0 {
		zzContractFail(t, zzContractFailure{"send-error", "a message cannot be sent", "the handler returns the error of Send (errors.Is), at once", fmt.Sprintf("%d attempts; after %s the error %v", n, time.Since(began), err),
			"the client is gone: whatever follows is lost"})
	}
}

// zzContractBackpressure lets Send block for 100 intervals, as it does when the flow control window of a slow client is full.
func zzContractBackpressure(t *testing.T, open grpc.StreamHandler) {
	s := zzContractOpen(t, time.Second)
	s.show(zzContractAt(1, domain.StatusPending))
	for version := range int64(50) {
		time.AfterFunc(time.Duration(version+1)*time.Second, func() { s.show(zzContractAt(version+2, domain.StatusPaid)) })
	}
	time.AfterFunc(200*time.Second, func() { s.show(zzContractAt(52, domain.StatusShipped)) })
	pipe, cancel := s.pipe(zzContractBuyer, "customer")
	defer cancel()
	reads := 0
	pipe.sending = func(n int) error {
		if n == 1 {
			before := s.count()
			time.Sleep(100 * time.Second)
			reads = s.count() - before
		}
		return nil
	}
	err := open(s.handler, pipe)
	if n := len(pipe.sent); err != nil || reads > 1 || n < 3 || n > 4 {
		zzContractFail(t, zzContractFailure{"backpressure", "Send blocks for 100 intervals, in which the order changes 50 times, because the client does not read",
			"at most one read of the store meanwhile; then the state at that time, then the last: 3 or 4 messages in all", fmt.Sprintf("%d reads, %d messages, the error %v", reads, n, err),
			"what is kept for a client that does not read grows without a limit"})
	}
}

func zzContractAccess(t *testing.T, open grpc.StreamHandler) {
	s := zzContractOpen(t, time.Second)
	s.show(zzContractAt(7, domain.StatusShipped))
	for _, c := range []struct {
		user, role, request string
		code                errs.Code
	}{
		{zzContractBuyer, "customer", "", 0}, {zzContractOther, "admin", "", 0}, {zzContractOther, "customer", "", errs.NotFound},
		{zzContractBuyer, "customer", fmt.Sprintf(`{"id":%q}`, zzContractOther), errs.NotFound}, {zzContractBuyer, "customer", "{}", errs.InvalidInput},
	} {
		pipe, cancel := s.pipe(c.user, c.role)
		if c.request != "" {
			pipe.request = c.request
		}
		err, seen := open(s.handler, pipe), errs.Code(0)
		cancel()
		if err != nil {
			seen = errs.CodeOf(err)
		}
		if seen != c.code || len(pipe.sent) > 0 != (c.code == 0) {
			zzContractFail(t, zzContractFailure{"access", fmt.Sprintf("%s %s watches %s", c.role, c.user, pipe.request), fmt.Sprintf("code %d of errs, as GetOrder answers", c.code),
				fmt.Sprintf("code %d (%v), %d messages", seen, err, len(pipe.sent)), "who the caller is comes from the context of the stream, and whose order it is decides"})
		}
	}
}

// open opens a watch over the connection.
func (c *zzContractClient) open(ctx context.Context, id string) grpc.ClientStream {
	c.t.Helper()
	request, err := zzContractMessage(c.files, "WatchOrderRequest", fmt.Sprintf(`{"id":%q}`, id))
	if err != nil {
		c.t.Fatal(err)
	}
	stream, err := c.conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, zzContractMethod)
	if err == nil {
		err = stream.SendMsg(request)
	}
	if err == nil {
		err = stream.CloseSend()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return stream
}

// next returns the version of the next message, or the error that the client gets.
func (c *zzContractClient) next(stream grpc.ClientStream) (version string, err error) {
	c.t.Helper()
	response, err := zzContractMessage(c.files, "WatchOrderResponse", "{}")
	if err != nil {
		c.t.Fatal(err)
	}
	if err := stream.RecvMsg(response); err != nil {
		return "", err
	}
	return zzContractVersion(c.t, response), nil
}

func zzContractVersion(t *testing.T, m *dynamicpb.Message) string {
	order, _ := zzContractJSON(t, m)["order"].(map[string]any)
	version, _ := order["version"].(string)
	return version
}

// zzContractEnds reads two streams to their end, with an old client at work on the same connection.
func zzContractEnds(t *testing.T) {
	s := zzContractOpen(t, time.Millisecond)
	client := s.serve(zzContractNew())
	old := &zzContractClient{t, client.conn, zzContractOld(t)}
	for range 2 {
		s.show(zzContractAt(1, domain.StatusPaid))
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		stream := client.open(ctx, zzContractOrder)
		first, err := client.next(stream)
		if answer, st := old.call("GetOrder", fmt.Sprintf(`{"id":%q}`, zzContractOrder)); err != nil || first != "1" || st.Code() != codes.OK {
			zzContractFail(t, zzContractFailure{"messages", "a client watches while a client of the last release reads the order", "version 1 for both", fmt.Sprintf("version %q, error %v; %s %v", first, err, zzContractStatus(st), answer), "both are clients of one server"})
		}
		s.show(zzContractAt(2, domain.StatusShipped))
		second, err := client.next(stream)
		_, end := client.next(stream)
		if err != nil || second != "2" || !errors.Is(end, io.EOF) {
			zzContractFail(t, zzContractFailure{"messages", "the watched order is shipped", "version 2, then EOF", fmt.Sprintf("version %q, error %v, then %v", second, err, end), "EOF is how a client knows that nothing follows"})
		}
		zzContractClosed(s, "the order is shipped")
		cancel()
	}
}

// zzContractClosed waits until the handler has returned.
func zzContractClosed(s *zzContractShop, what string) {
	s.t.Helper()
	select {
	case <-s.closed:
	case <-time.After(2 * time.Second):
		before := s.count()
		zzContractFail(s.t, zzContractFailure{"not-closed", "the handler of a watch does not return when " + what, "it returns at once", fmt.Sprintf("it still runs after 2s and has read the store %d times", before), "each client that leaves would leave one behind"})
	}
}

func zzContractStatuses(t *testing.T) {
	for _, c := range []struct {
		what, id, want string
		failing        error
	}{
		{"an order that does not exist", zzContractOther, "NotFound ORDER_NOT_FOUND", nil},
		{"an id that is no UUID", "7", "InvalidArgument INVALID_ORDER_ID", nil},
		{"an order while the database fails", zzContractOrder, "Unavailable DATABASE_DOWN", errs.New(errs.Unavailable, "DATABASE_DOWN", "the database is down")},
	} {
		s := zzContractOpen(t, time.Millisecond)
		s.show(zzContractAt(1, domain.StatusPaid))
		s.fail(c.failing)
		client := s.serve(zzContractNew())
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		version, err := client.next(client.open(ctx, c.id))
		cancel()
		if seen := zzContractStatus(status.Convert(err)); err == nil || seen != c.want {
			zzContractFail(t, zzContractFailure{"status", "a watch of " + c.what, "no message, and the status " + c.want, fmt.Sprintf("version %q, then %s (%v)", version, seen, err), "a stream reports errors as a unary call does"})
		}
	}
	s := zzContractOpen(t, time.Millisecond)
	s.show(zzContractAt(1, domain.StatusPaid))
	client := s.serve(zzContractNew())
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	stream := client.open(ctx, zzContractOrder)
	version, err := client.next(stream)
	s.fail(errs.New(errs.Unavailable, "DATABASE_DOWN", "the database is down"))
	_, end := client.next(stream)
	if seen := zzContractStatus(status.Convert(end)); err != nil || version != "1" || seen != "Unavailable DATABASE_DOWN" {
		zzContractFail(t, zzContractFailure{"status", "the database fails after the first message of a watch", "version 1, then the status Unavailable DATABASE_DOWN", fmt.Sprintf("version %q, error %v, then %s (%v)", version, err, seen, end),
			"EOF would say that the order has reached its final status"})
	}
	zzContractClosed(s, "the database fails")
}

// zzContractLeaves ends the call on the client's side: by a cancellation, and by its deadline.
func zzContractLeaves(t *testing.T) {
	for _, c := range []struct {
		what  string
		limit time.Duration
		want  codes.Code
	}{{"the client cancels", time.Minute, codes.Canceled}, {"the client's deadline passes", 100 * time.Millisecond, codes.DeadlineExceeded}} {
		s := zzContractOpen(t, time.Hour)
		s.show(zzContractAt(1, domain.StatusPaid))
		client := s.serve(zzContractNew())
		ctx, cancel := context.WithTimeout(context.Background(), c.limit)
		stream := client.open(ctx, zzContractOrder)
		version, err := client.next(stream)
		if err != nil || version != "1" {
			zzContractFail(t, zzContractFailure{"messages", "a client watches a paid order", "version 1", fmt.Sprintf("version %q, error %v", version, err), "the first message is the order as it is now"})
		}
		if c.want == codes.Canceled {
			cancel()
		}
		_, end := client.next(stream)
		if status.Code(end) != c.want {
			zzContractFail(t, zzContractFailure{"status", "a watch whose " + c.what, c.want.String(), fmt.Sprint(end), "the client decides by the code whether to watch again"})
		}
		zzContractClosed(s, c.what)
		cancel()
	}
}
