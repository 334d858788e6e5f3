package fault

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	walletv1 "shop/gen/wallet/v1"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// ledger is a callee: it remembers the deductions that reached it and the context they came with.
type ledger struct {
	walletv1.UnimplementedWalletServiceServer
	mu       sync.Mutex
	deducted []string
	metadata metadata.MD
	deadline time.Duration
}

func (l *ledger) Deduct(ctx context.Context, request *walletv1.DeductRequest) (*walletv1.DeductResponse, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deducted = append(l.deducted, request.GetSagaId())
	l.metadata, _ = metadata.FromIncomingContext(ctx)
	l.deadline = 0
	if deadline, ok := ctx.Deadline(); ok {
		l.deadline = time.Until(deadline)
	}
	_ = grpc.SetHeader(ctx, metadata.Pairs("x-head", "h"))
	_ = grpc.SetTrailer(ctx, metadata.Pairs("x-trail", "t"))
	return &walletv1.DeductResponse{Balance: &walletv1.Money{MinorUnits: 42, Currency: "EUR"}}, nil
}

func (l *ledger) Refund(context.Context, *walletv1.RefundRequest) (*walletv1.RefundResponse, error) {
	refusal, _ := status.New(codes.FailedPrecondition, "nothing to refund").WithDetails(durationpb.New(7 * time.Second))
	return nil, refusal.Err()
}

func (l *ledger) seen() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.deducted...)
}

// callee is a server that can be killed and started again on the same address.
type callee struct {
	*ledger
	addr   string
	server *grpc.Server
}

func (c *callee) start(t *testing.T) {
	t.Helper()
	if c.addr == "" {
		c.addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", c.addr)
	require.NoError(t, err)
	c.addr = listener.Addr().String()
	c.server = grpc.NewServer()
	walletv1.RegisterWalletServiceServer(c.server, c.ledger)
	go func(server *grpc.Server) { _ = server.Serve(listener) }(c.server)
	t.Cleanup(c.server.Stop)
}

// linked returns a callee, a link to it and a client on the link.
func linked(t *testing.T) (*callee, *Link, walletv1.WalletServiceClient) {
	t.Helper()
	c := &callee{ledger: new(ledger)}
	c.start(t)
	link, err := NewLink("order->wallet", "127.0.0.1:0", c.addr, nil)
	require.NoError(t, err)
	t.Cleanup(link.Close)
	return c, link, client(t, link.Addr())
}

func client(t *testing.T, addr string) walletv1.WalletServiceClient {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///"+addr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 5 * time.Millisecond, Multiplier: 1, MaxDelay: 5 * time.Millisecond},
			MinConnectTimeout: time.Second,
		}))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return walletv1.NewWalletServiceClient(conn)
}

func deduct(ctx context.Context, c walletv1.WalletServiceClient, saga string) error {
	_, err := c.Deduct(ctx, &walletv1.DeductRequest{SagaId: saga})
	return err
}

// async runs a call and returns its error later.
func async(call func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- call() }()
	return done
}

func arrive(t *testing.T, hold *Hold) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	require.NoError(t, hold.Wait(ctx), "the held message never arrived")
}
