// Hidden checks of the lesson on deadlines. They use only names that the lesson gives. Time in them is that of package synctest: it passes
// only while all goroutines wait.
package grpcclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/emptypb"
)

type zzdFailure struct{ id, sentence, expected, seen, why string }

func zzdFail(t *testing.T, f zzdFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

type zzdKey struct{}

// zzdLeft says how much time a context has.
func zzdLeft(ctx context.Context) string {
	deadline, ok := ctx.Deadline()
	if !ok {
		return "no deadline"
	}
	return time.Until(deadline).String()
}

const (
	zzdOverhead = 500 * time.Millisecond
	zzdGet      = "/test.Shop/Get"
	zzdWatch    = "/test.Shop/Watch"
)

// zzdShop is a gRPC server in this process, and a connection to it with the interceptors of the learner.
type zzdShop struct {
	do   func(ctx context.Context, send func() error) error // the handler
	conn *grpc.ClientConn

	calls  int
	left   string // time that the handler has
	header []string
	ended  error           // of the handler's context, when the handler had returned
	inner  context.Context // with which the client's interceptor made the call
}

// zzdStart starts a server in the bubble of t. The returned function stops it.
func zzdStart(t *testing.T, overhead time.Duration) (s *zzdShop, stop func()) {
	t.Helper()
	s = &zzdShop{}
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "test.Shop", HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Get", Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			if err := decode(new(emptypb.Empty)); err != nil {
				return nil, err
			}
			return new(emptypb.Empty), s.handle(ctx, func() error { return nil })
		}}},
		Streams: []grpc.StreamDesc{{StreamName: "Watch", ServerStreams: true, Handler: func(_ any, stream grpc.ServerStream) error {
			if err := stream.RecvMsg(new(emptypb.Empty)); err != nil {
				return err
			}
			return s.handle(stream.Context(), func() error { return stream.SendMsg(new(emptypb.Empty)) })
		}}},
	}, s)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener)
	}()
	conn, err := grpc.NewClient("passthrough:///shop",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithChainUnaryInterceptor(subtractOverheadUnary(overhead), func(
			ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
		) error {
			s.inner = ctx
			return invoker(ctx, method, req, reply, cc, opts...)
		}),
		grpc.WithChainStreamInterceptor(subtractOverheadStream(overhead), func(
			ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption,
		) (grpc.ClientStream, error) {
			s.inner = ctx
			return streamer(ctx, desc, cc, method, opts...)
		}),
	)
	if err != nil {
		t.Fatal(err)
	}
	s.conn = conn
	return s, func() {
		_ = conn.Close()
		server.Stop()
		<-served
	}
}

func (s *zzdShop) handle(ctx context.Context, send func() error) error {
	s.calls++
	s.left, s.header = zzdLeft(ctx), metadata.ValueFromIncomingContext(ctx, "zz-call")
	defer func() { s.ended = ctx.Err() }()
	if s.do == nil {
		return nil
	}
	return s.do(ctx, send)
}

// zzdFreeze is a handler that does not answer while its caller waits.
func zzdFreeze(ctx context.Context, _ func() error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Hour):
		return nil
	}
}

func (s *zzdShop) get(ctx context.Context, opts ...grpc.CallOption) error {
	return s.conn.Invoke(ctx, zzdGet, new(emptypb.Empty), new(emptypb.Empty), opts...)
}

// watch opens a stream and returns it when the server has it.
func (s *zzdShop) watch(ctx context.Context, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	stream, err := s.conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, zzdWatch, opts...)
	if err != nil {
		return nil, err
	}
	if err := stream.SendMsg(new(emptypb.Empty)); err != nil && !errors.Is(err, io.EOF) {
		return stream, err
	}
	return stream, stream.CloseSend()
}

// zzdRead reads a stream to its end and returns how many messages came, and its error.
func zzdRead(stream grpc.ClientStream) (messages int, err error) {
	for {
		if err = stream.RecvMsg(new(emptypb.Empty)); err != nil {
			break
		}
		messages++
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return messages, err
}

// call makes a unary call or reads a stream to its end.
func (s *zzdShop) call(ctx context.Context, method string, opts ...grpc.CallOption) error {
	if method == zzdGet {
		return s.get(ctx, opts...)
	}
	stream, err := s.watch(ctx, opts...)
	if err != nil {
		return err
	}
	_, err = zzdRead(stream)
	return err
}

// zzdIn runs functions one after the other, each with its own time and server, until one has failed the test.
func zzdIn(t *testing.T, overhead time.Duration, judge ...func(t *testing.T, s *zzdShop)) {
	for _, f := range judge {
		if t.Failed() {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			s, stop := zzdStart(t, overhead)
			defer stop()
			f(t, s)
		})
	}
}
