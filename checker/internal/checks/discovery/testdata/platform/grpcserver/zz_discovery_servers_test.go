package grpcserver_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"google.golang.org/grpc"

	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	"shop/platform/grpcserver"
)

// Not parallel: the shortest pings are set for the whole process.
func TestZZDiscoveryServers(t *testing.T) {
	zzdShortestClientPing, zzdShortestServerPing = time.Millisecond, time.Millisecond
	for _, part := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"age", zzdAge}, {"patient", zzdPatient}, {"flood", zzdFlood}, {"vanished", zzdVanished},
	} {
		if !t.Run(part.name, part.run) {
			return
		}
	}
}

// zzdAge: the autoscaler adds a replica. No connection is lost, and no call may be.
func zzdAge(t *testing.T) {
	young := func(c *grpcserver.Config) {
		c.MaxConnectionAge = 150 * time.Millisecond
		c.DefaultTimeout, c.KeepaliveTimeout, c.HandshakeTimeout = 300*time.Millisecond, 300*time.Millisecond, 500*time.Millisecond
	}
	old := zzdStart(t, young)
	name := &zzdName{}
	name.has(old.addr)
	zzdNames.Store(t.Name(), name)
	stock := inventoryv1.NewInventoryServiceClient(zzdDial(t, "zzd:///"+t.Name(), 0))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	slow := make(chan error, 1)
	go func() {
		_, err := stock.GetStock(ctx, &inventoryv1.GetStockRequest{Sku: "slow"}, grpc.WaitForReady(true))
		slow <- err
	}()
	if !zzdEventually(func() bool { return old.held.Load() > 0 }) {
		t.Fatal("no call has arrived")
	}
	added := zzdStart(t, young)
	name.has(old.addr, added.addr)
	call := func() {
		if _, err := stock.GetStock(ctx, &inventoryv1.GetStockRequest{Sku: "tea"}); err != nil {
			zzdFail(t, zzdFailure{"calls-lost", "a call fails when a connection gets old", "clients connect again, and no call fails", err.Error(), "the shop would lose calls every minute"})
		}
	}
	if !zzdEventually(func() bool { call(); return added.calls.Load() > 0 }) {
		zzdFail(t, zzdFailure{
			"never-found", "a replica that was added gets no calls", "after MaxConnectionAge, here 150ms, a client connects again, and looks the name up before",
			"none after " + zzdPatience.String(), "DNS does not say that a replica was added. The old replicas stay full, and the autoscaler adds more that idle",
		})
	}
	before := old.accepted.Load()
	if !zzdEventually(func() bool { call(); return old.accepted.Load() >= before+4 || len(slow) > 0 }) {
		zzdFail(t, zzdFailure{"never-found", "connections live on after the first time", "each connection ends at MaxConnectionAge, here 150ms", "none of the later ones", "the next replica that is added gets no calls"})
	}
	if len(slow) > 0 {
		zzdFail(t, zzdFailure{
			"cut", "a call ends because its connection is old", "a call in progress goes on, for StreamTimeout at most, here 5m", fmt.Sprintf("it ended: %v", <-slow),
			"a report, or a stream of events, that takes longer than the rest of the grace fails each time",
		})
	}
	close(old.release)
	if err := <-slow; err != nil {
		zzdFail(t, zzdFailure{"cut", "a call ends because its connection is old", "a call in progress goes on", err.Error(), "the customer gets an error for work that was done"})
	}
}

// zzdWatch opens a stream.
func zzdWatch(t *testing.T, conn *grpc.ClientConn) grpc.ServerStreamingClient[orderv1.WatchOrderResponse] {
	t.Helper()
	stream, err := orderv1.NewOrderServiceClient(conn).WatchOrder(t.Context(), &orderv1.WatchOrderRequest{}, grpc.WaitForReady(true))
	if err == nil {
		_, err = stream.Recv()
	}
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// zzdPatient: pings that KeepaliveMinTime allows end no connection.
func zzdPatient(t *testing.T) {
	r := zzdStart(t, func(c *grpcserver.Config) { c.KeepaliveMinTime = time.Millisecond })
	network := zzdNetwork(t, r.addr, 0)
	stream := zzdWatch(t, zzdDial(t, network.addr, 60*time.Millisecond))
	ended := make(chan error, 1)
	go func() {
		_, err := stream.Recv()
		ended <- err
	}()
	if !zzdEventually(func() bool { return network.pings.Load() >= 8 || len(ended) > 0 }) {
		t.Fatal("the client of the check sends no pings")
	}
	if len(ended) > 0 {
		zzdFail(t, zzdFailure{
			"kicked", "a server closes the connections of its own clients", "a client may ping every KeepaliveMinTime, here 1ms; this one does so every 60ms", fmt.Sprintf("after %d pings: %v", network.pings.Load(), <-ended),
			"gRPC's default allows one ping in five minutes. Every stream of the shop breaks after two minutes, with too_many_pings",
		})
	}
}

// zzdFlood: pings that KeepaliveMinTime does not allow end a connection.
func zzdFlood(t *testing.T) {
	r := zzdStart(t, func(c *grpcserver.Config) { c.KeepaliveMinTime = time.Minute })
	network := zzdNetwork(t, r.addr, 0)
	stream := zzdWatch(t, zzdDial(t, network.addr, 20*time.Millisecond))
	ended := make(chan error, 1)
	go func() {
		_, err := stream.Recv()
		ended <- err
	}()
	select {
	case <-ended:
	case <-time.After(zzdPatience):
		zzdFail(t, zzdFailure{
			"flood", "a client may ping as often as it likes", "a client that pings more often than every KeepaliveMinTime, here 1m, loses its connection", fmt.Sprintf("it goes on after %d pings", network.pings.Load()),
			"a thousand clients with a wrong setting cost the server more than all calls",
		})
	}
}

// zzdVanished: the machine of a client is gone, and its stream must end.
func zzdVanished(t *testing.T) {
	r := zzdStart(t, func(c *grpcserver.Config) {
		c.KeepaliveTime, c.KeepaliveTimeout = 150*time.Millisecond, 300*time.Millisecond
	})
	network := zzdNetwork(t, r.addr, 0)
	_ = zzdWatch(t, zzdDial(t, network.addr, 0))
	network.freeze()
	select {
	case <-r.gone:
	case <-time.After(zzdPatience):
		zzdFail(t, zzdFailure{
			"ghost", "a server works for a client that has vanished", "its streams end after KeepaliveTime and KeepaliveTimeout, here 450ms", "the stream is open after " + zzdPatience.String(),
			"no packet says that a machine is gone: each of them leaves its streams, and what they hold, until StreamTimeout",
		})
	}
}
