package grpcclient_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// replica is a server on a loopback address of its own: a name has addresses and one port. Outside of Linux there is one such address.
type replica struct {
	healthpb.UnimplementedHealthServer
	server *grpc.Server
	calls  atomic.Int64
}

func (r *replica) Check(context.Context, *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	r.calls.Add(1)
	return &healthpb.HealthCheckResponse{}, nil
}

func startReplica(t *testing.T, address string) *replica {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Skipf("this system has no second loopback address: %v", err)
	}
	r := &replica{server: grpc.NewServer()}
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
	return r
}

// names is a DNS server that knows every name by the same addresses.
type names struct {
	mu        sync.Mutex
	addresses []string
}

func (n *names) set(addresses ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addresses = addresses
}

func (n *names) serve(t *testing.T) string {
	t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 1024)
		for {
			size, from, err := packets.ReadFrom(buffer)
			if err != nil {
				return
			}
			var message dnsmessage.Message
			if message.Unpack(buffer[:size]) != nil || len(message.Questions) != 1 {
				continue
			}
			message.Response, message.Additionals = true, nil
			if question := message.Questions[0]; question.Type == dnsmessage.TypeA {
				n.mu.Lock()
				for _, address := range n.addresses {
					message.Answers = append(message.Answers, dnsmessage.Resource{
						Header: dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: question.Class},
						Body:   &dnsmessage.AResource{A: [4]byte(net.ParseIP(address).To4())},
					})
				}
				n.mu.Unlock()
			}
			if answer, err := message.Pack(); err == nil {
				_, _ = packets.WriteTo(answer, from)
			}
		}
	}()
	t.Cleanup(func() {
		_ = packets.Close()
		<-done
	})
	return packets.LocalAddr().String()
}

// Each of three replicas gets its part. One is replaced, and right after it the others, as a rollout does: no call fails.
func TestDial_NameOfReplicas_BalancesAndFollowsARollout(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, listener.Close())
	at := func(host int) string { return fmt.Sprintf("127.0.7.%d", host) }
	replicas := map[int]*replica{}
	for host := 1; host <= 3; host++ {
		replicas[host] = startReplica(t, net.JoinHostPort(at(host), port))
	}
	dns := &names{}
	dns.set(at(1), at(2), at(3))
	client := dial(t, fmt.Sprintf("dns://%s/order.test:%s", dns.serve(t), port))
	call := func() {
		_, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{}, grpc.WaitForReady(true))
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool {
		call()
		return replicas[1].calls.Load() > 0 && replicas[2].calls.Load() > 0 && replicas[3].calls.Load() > 0
	}, 10*time.Second, time.Millisecond)
	before := replicas[1].calls.Load()
	for range 300 {
		call()
	}
	assert.InDelta(t, 100, replicas[1].calls.Load()-before, 3, "each replica gets a third of the calls")

	for old := 1; old <= 3; old++ {
		replicas[old+3] = startReplica(t, net.JoinHostPort(at(old+3), port))
		var now []string
		for host := old + 1; host <= old+3; host++ {
			now = append(now, at(host))
		}
		dns.set(now...)
		go replicas[old].server.GracefulStop()
		require.Eventually(t, func() bool {
			call()
			return replicas[old+3].calls.Load() > 0
		}, 10*time.Second, time.Millisecond, "the client does not find replica %d", old+3)
	}
}
