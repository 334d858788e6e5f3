package shutdown

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"

	inventoryv1 "shop/gen/inventory/v1"

	"stagecraft/checker/internal/check"
)

const inFlight = 3

// requests stops inventory while calls wait for a lock and streams are open, and again while a call does not end.
func requests(t *check.T) {
	s := open(t, map[string]string{"SHUTDOWN_ENDPOINT_WAIT": "2s"})
	service := s.Service("inventory")
	ctx, cancel := s.admin()
	defer cancel()

	t.Step("three calls wait for a lock; a watch of the health and a reflection stream are open")
	release := s.lock("tea")
	answers := s.adjustMany(ctx, inFlight)
	s.crowd(inFlight)
	watch, err := healthpb.NewHealthClient(service.Conn()).Watch(ctx, &healthpb.HealthCheckRequest{})
	t.NoError("watch the health", err)
	first, err := watch.Recv()
	t.NoError("watch the health", err)
	t.True(first.GetStatus() == healthpb.HealthCheckResponse_SERVING, check.Failure{
		Sentence: "inventory is not serving", Expected: "SERVING", Seen: first.GetStatus().String(),
	})
	reflection, err := reflectionpb.NewServerReflectionClient(service.Conn()).ServerReflectionInfo(ctx)
	t.NoError("open a reflection stream", err)

	t.Step("send SIGTERM: inventory says so at once, and serves on until load balancers have noticed")
	e := s.terminate(service)
	second, err := watch.Recv()
	t.True(err == nil && second.GetStatus() == healthpb.HealthCheckResponse_NOT_SERVING, check.Failure{
		ID: "not-serving", Sentence: "a watch of the health does not get NOT_SERVING", Expected: "NOT_SERVING, before anything stops",
		Seen: fmt.Sprintf("%s (%v)", second.GetStatus(), err), Why: "load balancers would go on sending requests; the first phase is NotServing",
	})
	_, err = s.Inventory.GetStock(ctx, &inventoryv1.GetStockRequest{Sku: "milk"})
	t.True(err == nil, check.Failure{
		ID: "endpoint-wait", Sentence: "a call fails that was sent right after NOT_SERVING", Expected: "served: the endpoint wait is 2s",
		Seen: fmt.Sprint(err), Why: "load balancers send requests until they have noticed",
	})

	t.Step("the server drains: streams end, calls in progress do not")
	s.ended("a watch of the health", func() error { _, err := watch.Recv(); return err })
	s.ended("a reflection stream whose client is silent", func() error { _, err := reflection.Recv(); return err })
	const why = "what was accepted is finished: GracefulStop waits for it"
	e.running(check.Failure{ID: "in-flight", Sentence: "inventory ended while calls were in progress", Expected: "it waits for them", Why: why})
	release()
	for range inFlight {
		err := <-answers
		t.True(err == nil, check.Failure{ID: "in-flight", Sentence: "a call in progress failed at the stop", Expected: "its answer", Seen: fmt.Sprint(err), Why: why})
	}
	e.code(0, "exit", "when the last call has its answer, nothing keeps the server from ending")

	t.Step("start it again with 2s for the server, and stop it while a call does not end")
	t.NoError("start inventory again", service.Restart(t.Context(), map[string]string{"SHUTDOWN_ENDPOINT_WAIT": "0s", "SHUTDOWN_SERVER_BUDGET": "2s"}))
	release = s.lock("tea")
	defer release()
	s.adjustMany(ctx, 1)
	s.crowd(1)
	e = s.terminate(service)
	e.code(1, "cut-off", "GracefulStop has no bound of its own; when the context ends, Stop cuts the calls off, and the other phases still run")
	line := summary(service)
	t.True(strings.Contains(line.Field("cut_off"), "server/grpc"), check.Failure{
		ID: "cut-off-unsaid", Sentence: "the summary does not say that calls were cut off", Expected: `"cut_off":["server/grpc"]`,
		Seen: "cut_off " + line.Field("cut_off"), Why: "Server.Stop returns the error of the context when it had to cut calls off",
	})
	t.True(line.Field("cut_off") == `["server/grpc"]` && strings.Contains(parts(line), "database/pool"), check.Failure{
		ID: "calls-go-on", Sentence: "the calls that were cut off still held a connection when the database was closed",
		Expected: "their contexts have ended, and cut_off has the server and nothing else", Seen: "cut_off " + line.Field("cut_off") + "; " + parts(line),
		Why: "a call that nothing cancels keeps what the next phases close: GracefulStop does not cancel, Stop does",
	})
}

// adjustMany makes calls that add a piece of tea, at the same time.
func (s *shop) adjustMany(ctx context.Context, n int) <-chan error {
	answers := make(chan error, n)
	for range n {
		s.t.Go(func() { answers <- s.adjust(ctx, s.Inventory, "tea", 1) })
	}
	return answers
}

// ended requires that a stream ends, with UNAVAILABLE.
func (s *shop) ended(what string, recv func() error) {
	ended := make(chan error, 1)
	s.t.Go(func() { ended <- recv() })
	f := check.Failure{
		ID: "streams", Sentence: what + " does not end as it should", Expected: "UNAVAILABLE, as soon as the server drains",
		Why: "a stream has no end of its own: it would hold up the drain, and its client must learn that it should open another",
	}
	happened := s.t.Within(patience, func() bool {
		select {
		case err := <-ended:
			ended <- err
			return true
		default:
			return false
		}
	})
	if !happened {
		f.Seen = "it goes on"
		s.t.Fail(f)
	}
	err := <-ended
	f.Seen = fmt.Sprint(err)
	s.t.True(status.Code(err) == codes.Unavailable, f)
}
