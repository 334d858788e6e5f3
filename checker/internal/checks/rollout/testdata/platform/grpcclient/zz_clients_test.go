// Hidden checks of the lesson on rollouts. They use only names that the lesson gives.
package grpcclient_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"shop/platform/grpcclient"
)

// zzrPatience is less than the pause that gRPC makes between two lookups by itself, and many times what a client needs.
const zzrPatience = 15 * time.Second

// zzrPod is a server on a loopback address of its own: a name has addresses and one port.
type zzrPod struct {
	healthpb.UnimplementedHealthServer
	server *grpc.Server
	calls  atomic.Int64
}

func (p *zzrPod) Check(context.Context, *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	p.calls.Add(1)
	return &healthpb.HealthCheckResponse{}, nil
}

// zzrName is a name in a DNS server of the test, as that of a headless Service: the addresses of all ready pods.
type zzrName struct {
	t    *testing.T
	port string
	pods map[int]*zzrPod

	mu        sync.Mutex
	addresses []string
}

func zzrNewName(t *testing.T) *zzrName {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	_ = listener.Close()
	return &zzrName{t: t, port: port, pods: map[int]*zzrPod{}}
}

func zzrAddress(pod int) string { return fmt.Sprintf("127.0.48.%d", pod) }

// start starts a pod.
func (n *zzrName) start(pod int) {
	n.t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(zzrAddress(pod), n.port))
	if err != nil {
		n.t.Skipf("this system has no second loopback address: %v", err)
	}
	p := &zzrPod{server: grpc.NewServer()}
	healthpb.RegisterHealthServer(p.server, p)
	go func() { _ = p.server.Serve(listener) }()
	n.t.Cleanup(p.server.Stop)
	n.pods[pod] = p
}

// has says which pods are ready.
func (n *zzrName) has(pods ...int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addresses = nil
	for _, pod := range pods {
		n.addresses = append(n.addresses, zzrAddress(pod))
	}
}

// serve answers questions for any name, until the test ends.
func (n *zzrName) serve() string {
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { _ = packets.Close() })
	go func() {
		buffer := make([]byte, 4096)
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
			n.answer(&message)
			if answer, err := message.Pack(); err == nil {
				_, _ = packets.WriteTo(answer, from)
			}
		}
	}()
	return packets.LocalAddr().String()
}

func (n *zzrName) answer(message *dnsmessage.Message) {
	question := message.Questions[0]
	if question.Type != dnsmessage.TypeA {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, address := range n.addresses {
		message.Answers = append(message.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: question.Class, TTL: 1},
			Body:   &dnsmessage.AResource{A: [4]byte(net.ParseIP(address).To4())},
		})
	}
}

func zzrFail(t *testing.T, id, sentence, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": sentence, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// Three pods share the calls. Then a release replaces them, one right after the other: the next one begins when the client uses the new pod.
func TestClients(t *testing.T) {
	n := zzrNewName(t)
	for pod := 1; pod <= 3; pod++ {
		n.start(pod)
	}
	n.has(1, 2, 3)
	conn, err := grpcclient.Dial(fmt.Sprintf("dns://%s/order.shop:%s", n.serve(), n.port))
	if err != nil {
		zzrFail(t, "dial", "Dial refuses a name", "a connection to dns://SERVER/NAME:PORT", err.Error(), "the manifests name the services so")
	}
	t.Cleanup(func() { _ = conn.Close() })
	client := healthpb.NewHealthClient(conn)
	call := func(when string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), zzrPatience)
		defer cancel()
		if _, err := client.Check(ctx, &healthpb.HealthCheckRequest{}, grpc.WaitForReady(true)); err != nil {
			zzrFail(t, "failed", "a call fails "+when, "no failed call: there is a pod that answers", err.Error(),
				"a client that does not learn the new addresses in time has none left at the end of a release")
		}
	}
	// until calls until the pod has got one.
	until := func(pod int, when string) bool {
		for end := time.Now().Add(zzrPatience); n.pods[pod].calls.Load() == 0; {
			if call(when); time.Now().After(end) {
				return false
			}
			time.Sleep(time.Millisecond)
		}
		return true
	}

	for pod := 1; pod <= 3; pod++ {
		if !until(pod, "while three pods are ready") {
			zzrFail(t, "one-pod", "a client does not use all pods of a name", "each of three pods gets calls",
				fmt.Sprintf("%d, %d and %d calls", n.pods[1].calls.Load(), n.pods[2].calls.Load(), n.pods[3].calls.Load()),
				"one pod has all the load of this client, and all of its calls are on one connection when that pod stops")
		}
	}
	var before [4]int64
	for pod := range before[1:] {
		before[pod+1] = n.pods[pod+1].calls.Load()
	}
	for range 300 {
		call("while three pods are ready")
	}
	for pod := 1; pod <= 3; pod++ {
		if got := n.pods[pod].calls.Load() - before[pod]; got < 50 {
			zzrFail(t, "one-pod", "a client does not use all pods of a name", "about 100 of 300 calls for each of three pods", fmt.Sprintf("%d for one of them", got),
				"a release takes a third of the pods away, and the others get very unequal load")
		}
	}

	for old := 1; old <= 3; old++ {
		n.start(old + 3)
		n.has(old+1, old+2, old+3)
		go n.pods[old].server.GracefulStop()
		if when := fmt.Sprintf("while pod %d of 3 is replaced", old); !until(old+3, when) {
			zzrFail(t, "late", "a client does not learn the address of a new pod", fmt.Sprintf("calls to the new pod within %s after the old one has gone", zzrPatience),
				"no call, "+when, "gRPC looks a name up again when it loses a connection, and by itself not twice within 30 s: "+
					"in this time a release can replace every pod that the client knows")
		}
	}
}
