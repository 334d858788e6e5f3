// Hidden checks of the lesson on the gateway and discovery. They use only names that the lesson gives.
package grpcserver_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	_ "unsafe" // for go:linkname

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/resolver"

	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	"shop/platform/auth"
	"shop/platform/config"
	"shop/platform/grpcserver"
	"shop/platform/health"
)

// The shortest pings that gRPC allows are 10 s for a client and 1 s for a server. The checks have less time.
//
//go:linkname zzdShortestClientPing google.golang.org/grpc/internal.KeepaliveMinPingTime
var zzdShortestClientPing time.Duration

//go:linkname zzdShortestServerPing google.golang.org/grpc/internal.KeepaliveMinServerPingTime
var zzdShortestServerPing time.Duration

// zzdPatience is how long an event may take that a right solution sees within half a second.
const zzdPatience = 6 * time.Second

type zzdFailure struct{ id, sentence, expected, seen, why string }

func zzdFail(t *testing.T, f zzdFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzdEventually asks until it is so, at most for zzdPatience.
func zzdEventually(so func() bool) bool {
	for end := time.Now().Add(zzdPatience); ; time.Sleep(time.Millisecond) {
		if so() {
			return true
		}
		if time.Now().After(end) {
			return so()
		}
	}
}

// zzdReplica is a server of the shop, with the learner's New around two methods.
type zzdReplica struct {
	inventoryv1.UnimplementedInventoryServiceServer
	orderv1.UnimplementedOrderServiceServer
	addr     string
	accepted atomic.Int64
	calls    atomic.Int64
	// release ends the calls for the SKU "slow", held counts them.
	release chan struct{}
	held    atomic.Int64
	// gone ends with the first stream.
	gone chan struct{}
	once sync.Once
}

func (r *zzdReplica) GetStock(ctx context.Context, q *inventoryv1.GetStockRequest) (*inventoryv1.GetStockResponse, error) {
	r.calls.Add(1)
	if q.GetSku() == "slow" {
		r.held.Add(1)
		select {
		case <-r.release:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return &inventoryv1.GetStockResponse{}, nil
}

func (r *zzdReplica) WatchOrder(_ *orderv1.WatchOrderRequest, stream grpc.ServerStreamingServer[orderv1.WatchOrderResponse]) error {
	if err := stream.Send(&orderv1.WatchOrderResponse{}); err != nil {
		return err
	}
	<-stream.Context().Done()
	r.once.Do(func() { close(r.gone) })
	return stream.Context().Err()
}

// zzdCounting counts the connections of a listener.
type zzdCounting struct {
	net.Listener
	accepted *atomic.Int64
}

func (l zzdCounting) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.accepted.Add(1)
	}
	return conn, err
}

func zzdListen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func zzdStart(t *testing.T, change func(*grpcserver.Config)) *zzdReplica {
	t.Helper()
	r := &zzdReplica{release: make(chan struct{}), gone: make(chan struct{})}
	cfg := config.Defaults[grpcserver.Config]()
	cfg.StreamTimeout = 5 * time.Minute
	change(&cfg)
	h, err := health.New(health.Params{Log: zap.NewNop(), Registry: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	server := grpcserver.New(grpcserver.Params{
		Service: "shop", Config: cfg, Log: zap.NewNop(), Registry: prometheus.NewRegistry(), Health: h,
		Rules: auth.Rules{
			inventoryv1.InventoryService_GetStock_FullMethodName: {auth.Public},
			orderv1.OrderService_WatchOrder_FullMethodName:       {auth.Public},
		},
		Register: []func(*grpc.Server){
			func(s *grpc.Server) { inventoryv1.RegisterInventoryServiceServer(s, r) },
			func(s *grpc.Server) { orderv1.RegisterOrderServiceServer(s, r) },
		},
	})
	listener := zzdListen(t)
	r.addr = listener.Addr().String()
	server.Serve(zzdCounting{listener, &r.accepted})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Stop(ctx)
	})
	return r
}

// zzdName is a name service. A client gets the addresses when it looks the name up: at its start, and when it has lost a connection.
type zzdName struct {
	mu        sync.Mutex
	addresses []string
}

func (n *zzdName) has(addresses ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addresses = addresses
}

var zzdNames sync.Map

func init() { resolver.Register(zzdBuilder{}) }

type zzdBuilder struct{}

func (zzdBuilder) Scheme() string { return "zzd" }

func (zzdBuilder) Build(target resolver.Target, conn resolver.ClientConn, _ resolver.BuildOptions) (resolver.Resolver, error) {
	name, ok := zzdNames.Load(target.Endpoint())
	if !ok {
		return nil, errors.New("no such name")
	}
	l := &zzdLookup{name: name.(*zzdName), conn: conn, asked: make(chan struct{}, 1), closed: make(chan struct{})}
	l.lookUp()
	l.running.Go(l.run)
	return l, nil
}

type zzdLookup struct {
	name    *zzdName
	conn    resolver.ClientConn
	asked   chan struct{}
	closed  chan struct{}
	running sync.WaitGroup
}

func (l *zzdLookup) run() {
	for {
		select {
		case <-l.asked:
			l.lookUp()
		case <-l.closed:
			return
		}
	}
}

func (l *zzdLookup) lookUp() {
	l.name.mu.Lock()
	state := resolver.State{}
	for _, address := range l.name.addresses {
		state.Addresses = append(state.Addresses, resolver.Address{Addr: address})
	}
	l.name.mu.Unlock()
	_ = l.conn.UpdateState(state)
}

func (l *zzdLookup) ResolveNow(resolver.ResolveNowOptions) {
	select {
	case l.asked <- struct{}{}:
	default:
	}
}

func (l *zzdLookup) Close() {
	close(l.closed)
	l.running.Wait()
}

// zzdDial is a client of plain gRPC, with round_robin and these pings; 0 is none.
func zzdDial(t *testing.T, target string, ping time.Duration) *grpc.ClientConn {
	t.Helper()
	opts := []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig":[{"round_robin":{}}]}`),
	}
	if ping > 0 {
		opts = append(opts, grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: ping, Timeout: 20 * time.Second}))
	}
	conn, err := grpc.NewClient(target, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// zzdProxy is a network between a client and a server, which can be cut without a word.
type zzdProxy struct {
	addr   string
	delay  time.Duration // before the first answer of the server
	mu     sync.Mutex
	frozen bool
	pings  atomic.Int64 // of keepalive, from the client
	conns  atomic.Int64
	ended  atomic.Int64 // connections that the client or the server has closed
}

func zzdNetwork(t *testing.T, to string, delay time.Duration) *zzdProxy {
	t.Helper()
	listener := zzdListen(t)
	p := &zzdProxy{addr: listener.Addr().String(), delay: delay}
	var all sync.WaitGroup
	var open sync.Map
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			p.conns.Add(1)
			server, err := net.Dial("tcp", to)
			if err != nil {
				_ = client.Close()
				continue
			}
			open.Store(client, nil)
			open.Store(server, nil)
			all.Go(func() { p.copy(server, client, true) })
			all.Go(func() { p.copy(client, server, false) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		open.Range(func(c, _ any) bool { _ = c.(net.Conn).Close(); return true })
		all.Wait()
	})
	return p
}

func (p *zzdProxy) freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = true
}

// copy forwards frames of HTTP/2. What arrives while the network is frozen is lost.
func (p *zzdProxy) copy(to, from net.Conn, client bool) {
	defer func() {
		p.ended.Add(1)
		_ = to.Close()
		_ = from.Close()
	}()
	const preface, header, ping = 24, 9, 6
	read := func(n int) ([]byte, bool) {
		chunk := make([]byte, n)
		_, err := io.ReadFull(from, chunk)
		return chunk, err == nil
	}
	write := func(chunk []byte) {
		p.mu.Lock()
		frozen := p.frozen
		p.mu.Unlock()
		if !frozen {
			_, _ = to.Write(chunk)
		}
	}
	if client {
		chunk, ok := read(preface)
		if !ok {
			return
		}
		write(chunk)
	} else {
		time.Sleep(p.delay)
	}
	for {
		head, ok := read(header)
		if !ok {
			return
		}
		body, ok := read(int(head[0])<<16 | int(head[1])<<8 | int(head[2]))
		if !ok {
			return
		}
		// gRPC measures the bandwidth by pings too, which have another content, as have acknowledgements another flag.
		if client && head[3] == ping && head[4] == 0 && string(body) == string(make([]byte, 8)) {
			p.pings.Add(1)
		}
		write(append(head, body...))
	}
}
