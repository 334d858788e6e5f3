package stack

import (
	"context"
	"fmt"
	"time"

	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
)

// newService reserves the addresses of a service; transport is how a check calls it.
func newService(
	name string, k kind, options *Options, ports *held, transport credentials.TransportCredentials,
) (*Service, error) {
	addr, err := ports.take()
	if err != nil {
		return nil, err
	}
	if port := options.Ports[name]; port != 0 {
		addr = loopback(port)
	}
	metrics, err := ports.take()
	if err != nil {
		return nil, err
	}
	logs, err := newLogs(name, options.LogDir, options.OnLog)
	if err != nil {
		return nil, err
	}
	service := &Service{Name: name, Addr: addr, MetricsAddr: metrics, kind: k, options: options, logs: logs}
	if k.http {
		return service, nil
	}
	service.conn, err = dial(addr, transport)
	return service, err
}

// dial connects lazily and looks often for a service that has gone.
func dial(addr string, transport credentials.TransportCredentials) (*grpc.ClientConn, error) {
	conn, err := grpc.NewClient("passthrough:///"+addr,
		grpc.WithTransportCredentials(transport),
		grpc.WithDisableRetry(),
		grpc.WithDisableServiceConfig(),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 10 * time.Millisecond, Multiplier: 1.2, MaxDelay: 50 * time.Millisecond},
			MinConnectTimeout: time.Second,
		}))
	if err != nil {
		return nil, fmt.Errorf("client for %s: %w", addr, err)
	}
	return conn, nil
}

func (s *Stack) connectClients() {
	if service := s.Service("order"); service != nil {
		s.Order = orderv1.NewOrderServiceClient(service.conn)
	}
	if service := s.Service("inventory"); service != nil {
		s.Inventory = inventoryv1.NewInventoryServiceClient(service.conn)
	}
	if service := s.Service("wallet"); service != nil {
		s.Wallet = walletv1.NewWalletServiceClient(service.conn)
	}
	if service := s.Service("gateway"); service != nil {
		s.Gateway = "http://" + service.Addr
		s.Shop = NewShop(s.Gateway, s.Keys, s.options.Recorder)
	}
}

// WithToken returns a context whose gRPC calls carry the token.
func WithToken(ctx context.Context, token string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
}

// AsUser makes the gRPC calls of the context those of a user; no role means customer.
func (s *Stack) AsUser(ctx context.Context, user string, roles ...string) context.Context {
	return WithToken(ctx, s.Keys.User(user, roles...))
}

// AsAdmin makes the gRPC calls of the context those of an admin.
func (s *Stack) AsAdmin(ctx context.Context) context.Context { return WithToken(ctx, s.Keys.Admin()) }

// AsService makes the gRPC calls of the context those of the order service on behalf of a user.
func (s *Stack) AsService(ctx context.Context, onBehalfOf string) context.Context {
	return WithToken(ctx, s.Keys.Service(onBehalfOf))
}

// Token returns a token of a user; no role means customer.
func (s *Stack) Token(user string, roles ...string) string { return s.Keys.User(user, roles...) }
