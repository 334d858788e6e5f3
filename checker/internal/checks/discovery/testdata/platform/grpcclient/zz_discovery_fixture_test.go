// Hidden checks of the lesson on the gateway and discovery. They use only names that the lesson gives.
package grpcclient_test

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

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/status"

	"shop/platform/config"
	"shop/platform/grpcclient"
)

// zzdShortestPing is what gRPC allows as a client's KeepaliveTime: 10 s. The checks have less time.
//
//go:linkname zzdShortestPing google.golang.org/grpc/internal.KeepaliveMinPingTime
var zzdShortestPing time.Duration

// zzdPatience is how long an event may take that a right solution sees within half a second.
const zzdPatience = 6 * time.Second

const zzdMethod = "/grpc.health.v1.Health/Check"

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

// zzdReplica is a server that counts its calls.
type zzdReplica struct {
	healthpb.UnimplementedHealthServer
	server  *grpc.Server
	addr    string
	calls   atomic.Int64
	refused atomic.Int64  // so many calls are answered UNAVAILABLE first
	hold    chan struct{} // if not nil, a call waits for it
	held    atomic.Int64
}

func (r *zzdReplica) Check(ctx context.Context, _ *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	r.calls.Add(1)
	if r.refused.Add(-1) >= 0 {
		return nil, status.Error(codes.Unavailable, "try another one")
	}
	if r.hold != nil {
		r.held.Add(1)
		select {
		case <-r.hold:
		case <-ctx.Done():
		}
	}
	return &healthpb.HealthCheckResponse{Status: healthpb.HealthCheckResponse_SERVING}, nil
}

// Watch is silent until its client goes.
func (r *zzdReplica) Watch(_ *healthpb.HealthCheckRequest, stream healthpb.Health_WatchServer) error {
	if err := stream.Send(&healthpb.HealthCheckResponse{}); err != nil {
		return err
	}
	<-stream.Context().Done()
	return nil
}

func zzdListen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

func zzdStart(t *testing.T, opts ...grpc.ServerOption) *zzdReplica {
	t.Helper()
	r := &zzdReplica{}
	r.serve(t, zzdListen(t), opts...)
	return r
}

func (r *zzdReplica) serve(t *testing.T, listener net.Listener, opts ...grpc.ServerOption) {
	r.server, r.addr = grpc.NewServer(opts...), listener.Addr().String()
	healthpb.RegisterHealthServer(r.server, r)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = r.server.Serve(listener)
	}()
	t.Cleanup(func() {
		r.server.Stop()
		<-done
	})
}

// zzdName is a name service: it knows the addresses of one name, and says them when it is asked.
type zzdName struct {
	mu        sync.Mutex
	addresses []string
	// policy is a service config that comes with the addresses, as a TXT record in the DNS does.
	policy string
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
	l := &zzdLookup{name: name.(*zzdName), conn: conn}
	l.lookUp()
	return l, nil
}

type zzdLookup struct {
	name *zzdName
	conn resolver.ClientConn
}

func (l *zzdLookup) lookUp() {
	l.name.mu.Lock()
	defer l.name.mu.Unlock()
	state := resolver.State{}
	for _, address := range l.name.addresses {
		state.Addresses = append(state.Addresses, resolver.Address{Addr: address})
	}
	if l.name.policy != "" {
		state.ServiceConfig = l.conn.ParseServiceConfig(l.name.policy)
	}
	_ = l.conn.UpdateState(state)
}

func (l *zzdLookup) ResolveNow(resolver.ResolveNowOptions) {}
func (l *zzdLookup) Close()                                {}

// zzdTarget is a target with these addresses.
func zzdTarget(t *testing.T, policy string, addresses ...string) string {
	zzdNames.Store(t.Name(), &zzdName{addresses: addresses, policy: policy})
	return "zzd:///" + t.Name()
}

// zzdConfig are the settings of the checks: everything is fast.
func zzdConfig() grpcclient.Config {
	cfg := config.Defaults[grpcclient.Config]()
	cfg.BackoffBase, cfg.BackoffMax, cfg.ConnectTimeout = 10*time.Millisecond, 50*time.Millisecond, 2*time.Second
	cfg.Retry.BackoffBase, cfg.Retry.BackoffMax = time.Millisecond, time.Millisecond
	return cfg
}

func zzdDial(t *testing.T, target string, opts ...grpcclient.Option) healthpb.HealthClient {
	t.Helper()
	conn, err := grpcclient.Dial(target, opts...)
	if err != nil {
		zzdFail(t, zzdFailure{"dial", "Dial refuses a target", "a connection to " + target, err.Error(), "the service does not start"})
	}
	t.Cleanup(func() { _ = conn.Close() })
	return healthpb.NewHealthClient(conn)
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
