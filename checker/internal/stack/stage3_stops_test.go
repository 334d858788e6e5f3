package stack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/load"
	"stagecraft/checker/internal/proc"
)

const (
	stopRate = 10 // requests per second
	// endpointWait is how long a replica goes on after SIGTERM as if nothing had happened; the balancers notice the stop within lateness.
	endpointWait, lateness = time.Second, 500 * time.Millisecond
	gracePeriod            = 30 * time.Second
)

// Two replicas of every service stand behind a balancer, and customers buy. One replica after the other gets SIGTERM at a random moment:
// no request fails, no message is handled twice, and the replica exits with 0 in time. Then they are killed in the same way, and only
// money, stock and orders must be right in the end. STAGECRAFT_STOPS=100 makes it 100 stops and 100 kills instead of 3.
//
// Accepted is every request for which a balancer has opened a connection to a replica, also to one that has got SIGTERM: the test sends
// each request once, on a connection of its own, and repeats none. It fails when it has no answer, or one of 5xx, or 429.
func TestStage3_StopsAndKillsUnderLoad_FailAndLoseNothing(t *testing.T) {
	rounds := 3
	if text := os.Getenv("STAGECRAFT_STOPS"); text != "" {
		var err error
		rounds, err = strconv.Atoi(text)
		require.NoError(t, err, "STAGECRAFT_STOPS")
	}
	r := newReplicas(t)
	c := newCustomers(t, r.s)
	c.async = true
	random := rand.New(rand.NewPCG(restartSeed, 3))
	t.Logf("seed %d, %d rounds", restartSeed, rounds)

	r.underLoad(t, c, rounds, func() { r.stop(t, random) })
	require.Empty(t, r.failures(), "requests failed")
	require.Empty(t, r.doubled(), "messages were handled twice")

	r.underLoad(t, c, rounds, func() { r.kill(t, random) })
	c.settleAsync()
	c.balance()
}

// replicas are two of every service, each kind behind a balancer.
type replicas struct {
	s         *Stack
	balancers map[string]*Balancer

	mu       sync.Mutex
	answered int
	failed   []string
	handled  map[string]int // deliveries with the outcome done, by service, queue and message
}

func newReplicas(t *testing.T) *replicas {
	t.Helper()
	r := &replicas{balancers: map[string]*Balancer{}, handled: map[string]int{}}
	options := servicesOf(t, "stage3-hardening", Names()...)
	options.OnLog = r.note
	options.Env = map[string]string{
		"SHUTDOWN_ENDPOINT_WAIT": endpointWait.String(), "SHUTDOWN_GRACE_PERIOD": gracePeriod.String(),
		"SAGA_SCAN_INTERVAL": "5s", "SAGA_STALE_AFTER": "60s", "RABBITMQ_HEARTBEAT": "2s", "RABBITMQ_RECONNECT_MAX": "5s",
		"OUTBOX_LEASE": "6s", "OUTBOX_HEARTBEAT": "1s", "OUTBOX_CONFIRM_TIMEOUT": "3s",
		"PAYMENT_SCAN_INTERVAL": "500ms", "PAYMENT_STALE_AFTER": "5s", "PAYMENT_TIMEOUT": "1s",
		// The gateway starts before its balancers have replicas.
		"GATEWAY_READINESS_REQUIRES": "none",
	}
	options.Ports = map[string]int{}
	for _, kind := range Names() {
		// The gateway is ready when it reaches the others, so their balancers must know them before they start.
		port, err := proc.FreePort()
		require.NoError(t, err)
		options.Ports[kind] = port
		balancer, err := NewBalancer(loopback(port))
		require.NoError(t, err)
		t.Cleanup(balancer.Close)
		r.balancers[kind] = balancer
		if kind != "gateway" {
			options.Env[strings.ToUpper(kind)+"_TARGET"] = balancer.Addr()
		}
	}
	r.s = up(t, options)
	for _, kind := range Names() {
		second, err := r.s.StartSecond(t.Context(), kind, nil)
		require.NoError(t, err)
		r.balancers[kind].Add(second.Addr)
	}
	r.s.Shop = NewShop("http://"+r.balancers["gateway"].Addr(), r.s.Keys, RecorderFunc(r.judge))
	return r
}

// judge counts the answers and notes the failures.
func (r *replicas) judge(op Op) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if op.Err == nil && op.Status < 500 && op.Status != http.StatusTooManyRequests {
		r.answered++
		return
	}
	r.failed = append(r.failed, fmt.Sprintf("%s %s: %d %d %v", op.Begin.Format("15:04:05.000"), op.Kind, op.Status, op.Code, op.Err))
}

// note counts how often each message was handled.
func (r *replicas) note(line Line) {
	if !strings.HasSuffix(line.Event, ".message.handled") || line.Field("outcome") != "done" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handled[line.Event+" "+line.Field("queue")+" "+line.Field("message_id")]++
}

func (r *replicas) failures() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

func (r *replicas) doubled() (twice []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for message, times := range r.handled {
		if times > 1 {
			twice = append(twice, message)
		}
	}
	return twice
}

// underLoad does the rounds while customers buy, each after one more order was paid.
func (r *replicas) underLoad(t *testing.T, c *customers, rounds int, round func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var traffic sync.WaitGroup
	var result load.Result
	traffic.Go(func() {
		result = load.Run(ctx, load.Plan{Rate: stopRate, Seed: restartSeed + uint64(len(r.handled)), Do: c.act})
	})
	for range rounds {
		c.awaitSale()
		round()
	}
	c.awaitSale()
	stop()
	traffic.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	t.Logf("%d actions of customers; %d requests answered, %d failed; %d messages handled",
		result.Sent, r.answered, len(r.failed), len(r.handled))
}

// pick returns a random replica, its kind, and a random time to wait first.
func (r *replicas) pick(random *rand.Rand) (*Service, string, time.Duration) {
	kind := Names()[random.IntN(len(Names()))]
	name := kind
	if random.IntN(2) == 1 {
		name += "-2"
	}
	return r.s.Service(name), kind, time.Duration(random.IntN(300)) * time.Millisecond
}

// stop sends SIGTERM, as the platform does that removes the replica from the balancer at the same time: the balancer notices later.
func (r *replicas) stop(t *testing.T, random *rand.Rand) {
	t.Helper()
	replica, kind, pause := r.pick(random)
	wait(t, pause)
	late := time.Duration(random.Int64N(int64(lateness)))
	noticed := time.AfterFunc(late, func() { r.balancers[kind].Remove(replica.Addr) })
	defer noticed.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), gracePeriod)
	defer cancel()
	exit, err := replica.Stop(ctx)
	require.NoError(t, err)
	require.Equal(t, "exited with code 0", exit.String(), "%s: %v", replica.Name, replica.Logs().Tail(5))
	stopped := replica.Logs().Events(kind + ".service.stopped")
	require.NotEmpty(t, stopped, replica.Name)
	last := stopped[len(stopped)-1]
	require.Equal(t, "[]", last.Field("cut_off"), last.Raw)
	t.Logf("%s stopped after %s (balancer after %s): %s", replica.Name, exit.Took.Round(time.Millisecond), late, last.Field("parts"))
	r.restart(t, replica, kind)
}

func (r *replicas) kill(t *testing.T, random *rand.Rand) {
	t.Helper()
	replica, kind, pause := r.pick(random)
	wait(t, pause)
	require.NoError(t, replica.Kill())
	r.balancers[kind].Remove(replica.Addr)
	t.Logf("%s killed", replica.Name)
	r.restart(t, replica, kind)
}

func (r *replicas) restart(t *testing.T, replica *Service, kind string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	require.NoError(t, replica.Restart(ctx, nil))
	r.balancers[kind].Add(replica.Addr)
}
