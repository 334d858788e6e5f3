package grpcclient_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"

	"shop/platform/errs"
	"shop/platform/grpcclient"
)

// Not parallel: the shortest ping is set for the whole process.
func TestZZDiscoveryClients(t *testing.T) {
	zzdShortestPing = time.Millisecond
	for _, part := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"share", zzdShare}, {"policy", zzdPolicy}, {"repeat", zzdRepeat}, {"dead", zzdDead}, {"silent", zzdSilent}, {"slow", zzdSlow}, {"frozen", zzdFrozen}, {"idle", zzdIdle},
	} {
		if !t.Run(part.name, part.run) {
			return
		}
	}
}

const zzdRoundRobin = "round_robin"

// zzdCall calls once, and fails the test when the call fails.
func zzdCall(t *testing.T, client healthpb.HealthClient, failure zzdFailure) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := client.Check(ctx, &healthpb.HealthCheckRequest{}); err != nil {
		failure.seen = err.Error()
		zzdFail(t, failure)
	}
}

// zzdUsesAll calls until each replica has been called.
func zzdUsesAll(t *testing.T, client healthpb.HealthClient, replicas ...*zzdReplica) bool {
	t.Helper()
	return zzdEventually(func() bool {
		zzdCall(t, client, zzdFailure{"call", "a call fails although all replicas are up", "an answer", "", "a customer gets an error"})
		for _, r := range replicas {
			if r.calls.Load() == 0 {
				return false
			}
		}
		return true
	})
}

func zzdCounts(replicas []*zzdReplica) string {
	text := ""
	for i, r := range replicas {
		text += fmt.Sprintf("replica %d: %d calls; ", i+1, r.calls.Load())
	}
	return text
}

// zzdShare: all replicas get the same part, with round_robin; without a policy there is one.
func zzdShare(t *testing.T) {
	all := []*zzdReplica{zzdStart(t), zzdStart(t), zzdStart(t)}
	client := zzdDial(t, zzdTarget(t, "", all[0].addr, all[1].addr, all[2].addr), grpcclient.WithConfig(zzdConfig()), grpcclient.WithBalancer(zzdRoundRobin))
	if !zzdUsesAll(t, client, all...) {
		zzdFail(t, zzdFailure{
			"one-replica", "a client does not use all replicas", "with WithBalancer(\"round_robin\") each of three replicas gets calls", zzdCounts(all),
			"gRPC has one connection for all calls: one replica works, two idle, and the autoscaler adds more of them",
		})
	}
	before := all[0].calls.Load()
	for range 300 {
		zzdCall(t, client, zzdFailure{"call", "a call fails although all replicas are up", "an answer", "", "a customer gets an error"})
	}
	if part := all[0].calls.Load() - before; part < 90 || part > 110 {
		zzdFail(t, zzdFailure{"uneven", "the replicas get different parts of the calls", "about 100 of 300 calls for each of three replicas", fmt.Sprintf("the first one got %d", part), "the replica with the largest part is full while the others idle"})
	}
	two := []*zzdReplica{zzdStart(t), zzdStart(t)}
	plain := zzdDial(t, zzdTarget(t, "", two[0].addr, two[1].addr), grpcclient.WithConfig(zzdConfig()))
	for range 30 {
		zzdCall(t, plain, zzdFailure{"call", "a call fails although all replicas are up", "an answer", "", "a customer gets an error"})
	}
	if two[0].calls.Load() > 0 && two[1].calls.Load() > 0 {
		zzdFail(t, zzdFailure{
			"every-target", "a target without a policy is balanced", "without WithBalancer, and without the scheme dns, gRPC's own pick_first: one connection", zzdCounts(two),
			"balancerFor decides which targets are balanced; what is fixed in Dial is no decision any more",
		})
	}
}

// zzdPolicy: the name service has addresses, and no word about how they are used.
func zzdPolicy(t *testing.T) {
	all := []*zzdReplica{zzdStart(t), zzdStart(t)}
	target := zzdTarget(t, `{"loadBalancingConfig":[{"pick_first":{}}]}`, all[0].addr, all[1].addr)
	client := zzdDial(t, target, grpcclient.WithConfig(zzdConfig()), grpcclient.WithBalancer(zzdRoundRobin))
	if !zzdUsesAll(t, client, all...) {
		zzdFail(t, zzdFailure{
			"foreign-policy", "the name service decides how calls are sent", "the service config that comes with the addresses is ignored", "its pick_first replaced round_robin: " + zzdCounts(all),
			"a person who may write a TXT record can turn on retries of purchases",
		})
	}
}

// zzdRepeat: what is repeated, and the balancer, are parts of one service config.
func zzdRepeat(t *testing.T) {
	all := []*zzdReplica{zzdStart(t), zzdStart(t)}
	methods := grpcclient.Methods{zzdMethod: grpcclient.Repeat("a read")}
	client := zzdDial(t, zzdTarget(t, "", all[0].addr, all[1].addr), grpcclient.WithConfig(zzdConfig()), grpcclient.WithBalancer(zzdRoundRobin), grpcclient.WithRetries(methods))
	if !zzdUsesAll(t, client, all...) {
		zzdFail(t, zzdFailure{"one-replica", "a client that repeats calls does not use all replicas", "both replicas get calls", zzdCounts(all), "the two options are used together by every service"})
	}
	all[0].refused.Store(1)
	all[1].refused.Store(1)
	zzdCall(t, client, zzdFailure{
		"no-retries", "a call is not repeated any more", "with WithRetries and WithBalancer: two replicas answer UNAVAILABLE once, and the third attempt succeeds", "",
		"gRPC has one service config. A second one replaces the first, and what stood in it",
	})
	all[0].refused.Store(1)
	all[1].refused.Store(1)
	once := zzdDial(t, zzdTarget(t, "", all[0].addr, all[1].addr), grpcclient.WithConfig(zzdConfig()), grpcclient.WithBalancer(zzdRoundRobin))
	if _, err := once.Check(t.Context(), &healthpb.HealthCheckRequest{}, grpc.WaitForReady(true)); err == nil {
		zzdFail(t, zzdFailure{"all-retries", "a call is repeated that no table allows", "without WithRetries each call is sent once", "two replicas were asked", "the second attempt of a purchase is a second purchase"})
	}
}

// zzdDead: one replica refuses all connections, and comes back.
func zzdDead(t *testing.T) {
	up := []*zzdReplica{zzdStart(t), zzdStart(t)}
	listener := zzdListen(t)
	var attempts atomic.Int64
	var accepting sync.WaitGroup
	accepting.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			attempts.Add(1)
			_ = conn.Close()
		}
	})
	t.Cleanup(func() { _ = listener.Close(); accepting.Wait() })
	dead := listener.Addr().String()
	client := zzdDial(t, zzdTarget(t, "", dead, up[0].addr, up[1].addr), grpcclient.WithConfig(zzdConfig()), grpcclient.WithBalancer(zzdRoundRobin))
	zzdUsesAll(t, client, up...)
	for range 100 {
		zzdCall(t, client, zzdFailure{"dead-replica", "calls fail because one of three replicas is dead", "the calls go to the other two", "", "a third of the customers gets errors until the pod is back"})
	}
	started := time.Now()
	if !zzdEventually(func() bool { return attempts.Load() >= 7 }) {
		zzdFail(t, zzdFailure{
			"slow-return", "a client hardly asks whether a replica is back", "pauses between attempts from BackoffBase, here 10ms, to BackoffMax, here 50ms",
			fmt.Sprintf("%d attempts in %s", attempts.Load(), time.Since(started).Round(time.Second)), "gRPC's own pause grows to two minutes: a replica that was away for ten minutes idles for two more",
		})
	}
	_ = listener.Close()
	accepting.Wait()
	again, err := net.Listen("tcp", dead)
	if err != nil {
		t.Skipf("the port is taken: %v", err)
	}
	r := &zzdReplica{}
	r.serve(t, again)
	if !zzdUsesAll(t, client, r) {
		zzdFail(t, zzdFailure{"slow-return", "a replica that is back gets no calls", "calls within a second", "none", "the others carry its load until they fail too"})
	}
}

// zzdSilent: an address takes connections, and says nothing.
func zzdSilent(t *testing.T) {
	listener := zzdListen(t)
	ended := make(chan struct{}, 100)
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer func() { _ = conn.Close() }()
				buffer := make([]byte, 1024)
				for {
					if _, err := conn.Read(buffer); err != nil {
						ended <- struct{}{}
						return
					}
				}
			})
		}
	})
	up := zzdStart(t)
	cfg := zzdConfig()
	cfg.ConnectTimeout = 200 * time.Millisecond
	client := zzdDial(t, zzdTarget(t, "", listener.Addr().String(), up.addr), grpcclient.WithConfig(cfg), grpcclient.WithBalancer(zzdRoundRobin))
	t.Cleanup(func() { _ = listener.Close() })
	zzdUsesAll(t, client, up)
	select {
	case <-ended:
	case <-time.After(zzdPatience):
		zzdFail(t, zzdFailure{
			"slow-connect", "a client waits long for an address that says nothing", "an attempt ends after ConnectTimeout, here 200ms", "it goes on after " + zzdPatience.String(),
			"gRPC's own limit is 20 s; so long does it take to try the next address of a name",
		})
	}
}

// zzdSlow: an address takes its time, but less than ConnectTimeout.
func zzdSlow(t *testing.T) {
	slow, fast := zzdStart(t), zzdStart(t)
	network := zzdNetwork(t, slow.addr, 250*time.Millisecond)
	client := zzdDial(t, zzdTarget(t, "", network.addr, fast.addr), grpcclient.WithConfig(zzdConfig()), grpcclient.WithBalancer(zzdRoundRobin))
	if !zzdUsesAll(t, client, slow) {
		zzdFail(t, zzdFailure{
			"slow-connect", "a client gives up before a slow address answers", "an attempt has ConnectTimeout, here 2s; this server needs 250ms", fmt.Sprintf("%d attempts, and no call", network.conns.Load()),
			"under load a TLS handshake takes this long: the replicas that are slow get no calls, and the others get theirs",
		})
	}
}

// zzdFrozen: a node vanishes, with a call in progress.
func zzdFrozen(t *testing.T) {
	first, second := zzdStart(t), zzdStart(t)
	first.hold = make(chan struct{})
	t.Cleanup(func() { close(first.hold) })
	network := zzdNetwork(t, first.addr, 0)
	cfg := zzdConfig()
	cfg.KeepaliveTime, cfg.KeepaliveTimeout, cfg.ConnectTimeout = 150*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond
	client := zzdDial(t, zzdTarget(t, "", network.addr, second.addr), grpcclient.WithConfig(cfg), grpcclient.WithBalancer(zzdRoundRobin))
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1000)
	var calls sync.WaitGroup
	t.Cleanup(func() { cancel(); calls.Wait() })
	started := zzdEventually(func() bool {
		if first.held.Load() > 0 {
			return true
		}
		calls.Go(func() {
			if _, err := client.Check(ctx, &healthpb.HealthCheckRequest{}); err != nil {
				failed <- err
			}
		})
		return false
	})
	if !started {
		zzdFail(t, zzdFailure{"one-replica", "a client does not use all replicas", "both replicas get calls", "the first one gets none", "gRPC has one connection for all calls"})
	}
	network.freeze()
	select {
	case err := <-failed:
		if errs.CodeOf(err) != errs.Unavailable {
			zzdFail(t, zzdFailure{"vanished", "a call to a vanished node ends with a wrong code", "UNAVAILABLE", err.Error(), "the caller decides by the code whether to try again"})
		}
	case <-time.After(zzdPatience):
		zzdFail(t, zzdFailure{
			"vanished", "a call waits for a node that has vanished", "it ends after KeepaliveTime and KeepaliveTimeout, here 450ms", "it waits after " + zzdPatience.String(),
			"no packet says that a machine is gone. Without pings the kernel finds out after a quarter of an hour, and each call waits for its deadline",
		})
	}
	for range 50 {
		zzdCall(t, client, zzdFailure{"vanished", "calls go on to a node that has vanished", "they go to the replica that is left", "", "half of the calls fail until the pod is replaced"})
	}
}

// zzdIdle: a client pings while calls are in progress, and not otherwise, as its servers demand.
func zzdIdle(t *testing.T) {
	server := zzdStart(t, grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: time.Millisecond}))
	cfg := zzdConfig()
	cfg.KeepaliveTime, cfg.KeepaliveTimeout = 50*time.Millisecond, 20*time.Second
	idle, busy := zzdNetwork(t, server.addr, 0), zzdNetwork(t, server.addr, 0)
	quiet := zzdDial(t, idle.addr, grpcclient.WithConfig(cfg))
	zzdCall(t, quiet, zzdFailure{"call", "a call fails", "an answer", "", "a customer gets an error"})
	client := zzdDial(t, busy.addr, grpcclient.WithConfig(cfg))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream, err := client.Watch(ctx, &healthpb.HealthCheckRequest{})
	if err == nil {
		_, err = stream.Recv()
	}
	if err != nil {
		zzdFail(t, zzdFailure{"call", "a stream fails", "a message", err.Error(), "a customer gets an error"})
	}
	before := idle.pings.Load()
	if !zzdEventually(func() bool { return busy.pings.Load() >= 8 }) {
		zzdFail(t, zzdFailure{
			"vanished", "a silent connection with a call in progress is hardly pinged", "a ping each KeepaliveTime, here 50ms", fmt.Sprintf("%d pings in %s", busy.pings.Load(), zzdPatience),
			"a stream of events waits for a machine that is gone",
		})
	}
	if pings := idle.pings.Load() - before; pings > 0 || idle.conns.Load() > 1 {
		zzdFail(t, zzdFailure{
			"idle-pings", "a client pings while it has no call in progress", "no pings on an idle connection: the servers of the shop do not permit them",
			fmt.Sprintf("%d pings, %d connections", pings, idle.conns.Load()), "after the third one a server closes the connection, with ENHANCE_YOUR_CALM and too_many_pings, and the next call pays for it",
		})
	}
}
