package app_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// The parts of the service that work by themselves, and the table that each of them needs.
var zzwTasks = []struct{ name, table, why string }{
	{"the stale scanner", "saga_executions", "An order whose driver died then hangs until a person notices."},
	{"the pruner of processed_events", "processed_events", "The table grows until the disk is full, months after the deployment."},
}

// TestZZWiringRuns starts the service, and looks whether each part works: it holds the table that the part needs until it waits for it.
func TestZZWiringRuns(t *testing.T) {
	s := zzwNew(t, nil)
	s.started()
	if !s.serving() {
		zzwFail(t, "not-serving", "the service has started and does not serve", "SERVING from grpc.health.v1 at ORDER_ADDR", "no such answer",
			"The listener is opened by a hook of the start. A part without a hook exists and does nothing.")
	}
	zzwMetrics(t, s)
	for _, task := range zzwTasks {
		// The context of the start has ended, and each interval is 50 ms: what runs, runs again and again.
		for range 3 {
			s.lock(task.table)
			ran := s.await(func() bool { return s.waiting(task.table) > 0 })
			s.unlock()
			if !ran {
				zzwFail(t, "not-running", "the service has started and a part of it does not work at each interval: "+task.name,
					"it uses the table "+task.table+" again and again, each 50 ms here", fmt.Sprintf("not for %v", zzwStuck),
					"Fx calls a constructor only when something needs its result, and a hook only if it was appended. What a hook begins with the context of OnStart ends with the start. "+task.why)
			}
		}
	}
}

func zzwMetrics(t *testing.T, s *zzwService) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), zzwStuck)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.env["METRICS_ADDR"]+"/metrics", http.NoBody)
	if err != nil {
		t.Skipf("make a request: %v", err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode != http.StatusOK {
		zzwFail(t, "no-metrics", "the service has started and has no metrics", "200 from /metrics at METRICS_ADDR", fmt.Sprint(err), "Without them no alert fires.")
	}
	_ = answer.Body.Close()
}

// TestZZWiringPool gives the service one connection, and counts.
func TestZZWiringPool(t *testing.T) {
	s := zzwNew(t, map[string]string{"DB_MAX_CONNS": "1"})
	s.started()
	most := 0
	for _, task := range zzwTasks {
		s.lock(task.table)
		s.await(func() bool {
			most = max(most, s.connections())
			return s.waiting(task.table) > 0
		})
		most = max(most, s.connections())
		s.unlock()
	}
	s.end()
	if most > 1 {
		zzwFail(t, "two", "the service has more connections than its limit", "1 connection: DB_MAX_CONNS is 1", fmt.Sprintf("%d at the same time", most),
			"The limit of a service is its share of max_connections. A second pool takes it twice, from all other services, at the first rush.")
	}
}

// TestZZWiringStart looks at what the start waits for.
func TestZZWiringStart(t *testing.T) {
	for _, task := range zzwTasks {
		s := zzwNew(t, nil)
		s.lock(task.table)
		err := s.start()
		served := err == nil && s.serving()
		s.unlock()
		s.end()
		if !served {
			zzwFail(t, "blocks", "the start waits for the work of "+task.name, "the service serves while "+task.table+" is locked by another transaction",
				fmt.Sprintf("STARTUP_TIMEOUT is 10s, and the start returned: %v", err),
				"A long transaction of another client would keep every replica from starting. Background work begins at the start and is never awaited there.")
		}
	}

	s := zzwNew(t, map[string]string{"DATABASE_URL": "postgres://order:x@127.0.0.1:1/order_db"})
	err := s.start()
	s.end()
	if err == nil {
		zzwFail(t, "no-database", "the service starts although there is no database", "an error of the start", "none",
			"The rollout goes on, and every replica fails at its first request.")
	}

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("listen: %v", err)
	}
	defer taken.Close()
	s = zzwNew(t, map[string]string{"ORDER_ADDR": taken.Addr().String()})
	err = s.start()
	s.end()
	if err == nil {
		zzwFail(t, "no-port", "the service starts although its port is taken", "an error of the start", "none",
			"The listener is opened in the start, before it returns. In a goroutine its error reaches no one.")
	}
}

// TestZZWiringStop stops the service while clients hold on to it.
func TestZZWiringStop(t *testing.T) {
	s := zzwNew(t, nil)
	s.started()
	zzwHold(t, s)
	s.lock("saga_executions") // the scanner is in the middle of a scan
	s.await(func() bool { return s.waiting("saga_executions") > 0 })

	took, err := s.stop()

	s.unlock()
	s.mu.Lock()
	open, failed := zzwOpen(s.hooks), strings.Join(s.failed, "; ")
	s.mu.Unlock()
	if err != nil || open != "" || failed != "" {
		zzwFail(t, "skipped", "the stop does not come to its end", "every hook of the stop ends within SHUTDOWN_TIMEOUT, which is 10s here, without an error",
			fmt.Sprintf("after %v: %v. Failed: %s. Still running: %s", took.Round(100*time.Millisecond), err, zzwOr(failed), zzwOr(open)),
			"SHUTDOWN_TIMEOUT is for all hooks together. When one of them uses it up, Fx skips those that have not run: traces are lost, connections stay open, and the exit code says that the service failed.")
	}
	for what, address := range map[string]string{"the gRPC server": s.env["ORDER_ADDR"], "the metrics server": s.env["METRICS_ADDR"]} {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			zzwFail(t, "listening", "the service has stopped and "+what+" still listens", "a refused connection at "+address, "a connection", "Clients are sent to a process that answers nothing.")
		}
	}
}

// zzwHold opens what clients leave open: a scrape whose request never ends, and a stream.
func zzwHold(t *testing.T, s *zzwService) {
	t.Helper()
	scrape, err := net.Dial("tcp", s.env["METRICS_ADDR"])
	if err != nil {
		zzwFail(t, "no-metrics", "the service has started and has no metrics", "a listener at METRICS_ADDR", err.Error(), "Without them no alert fires.")
	}
	t.Cleanup(func() { _ = scrape.Close() })
	// The server waits for the body before it answers.
	if _, err := fmt.Fprint(scrape, "GET /metrics HTTP/1.1\r\nHost: order\r\nContent-Length: 1000\r\n\r\n"); err != nil {
		t.Skipf("write to the metrics server: %v", err)
	}
	client, conn := s.health()
	t.Cleanup(func() { _ = conn.Close() })
	stream, err := client.Watch(t.Context(), &healthpb.HealthCheckRequest{})
	if err == nil {
		_, err = stream.Recv()
	}
	if err != nil {
		zzwFail(t, "not-serving", "the service has started and does not serve", "a stream of grpc.health.v1", err.Error(), "The listener is opened by a hook of the start.")
	}
}

func zzwOpen(hooks map[string]int) string {
	var open []string
	for name, n := range hooks {
		if n > 0 {
			open = append(open, name)
		}
	}
	return strings.Join(open, ", ")
}

func zzwOr(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
