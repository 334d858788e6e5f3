package stack

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/paymentsim"
)

// The drill makes each fault happen and sees its alert arrive, on real servers. Not parallel, and only on demand: it takes minutes.
// Debian has the servers: apt-get install prometheus prometheus-alertmanager
func TestStage3_Drill_EachFaultRaisesItsAlert(t *testing.T) {
	if os.Getenv("STAGECRAFT_DRILL") == "" {
		t.Skip("STAGECRAFT_DRILL is not set")
	}
	options := servicesOf(t, "stage3-hardening", "order", "inventory", "wallet", "gateway")
	options.ServiceEnv = map[string]map[string]string{
		"order":  {"SAGA_SCAN_INTERVAL": "250ms", "SAGA_STUCK_AFTER": "5s"},
		"wallet": {"PAYMENT_BREAKER_OPEN_FOR": "1s", "PAYMENT_BREAKER_WINDOW": "3s"},
	}
	options.Env = map[string]string{"OUTBOX_MEASURE_INTERVAL": "250ms", "RABBITMQ_RECONNECT_MAX": "1s", "DEAD_LETTER_INTERVAL": "250ms"}
	s := stocked(t, options)
	stock, err := s.Shop.AdjustStock(t.Context(), "tea", "much", 100_000)
	require.NoError(t, err)
	require.True(t, stock.OK(), stock.String())
	d := newDrill(t, s)
	load := d.load()

	t.Log("no fault: what does not exist, and a restart")
	d.quiet(10*time.Second, func() {
		require.NoError(t, s.Service("wallet").Restart(t.Context(), nil))
		for range 200 {
			_, err := s.Shop.GetOrder(t.Context(), buyer, uuid.NewString())
			require.NoError(t, err)
		}
	})

	d.alert("CircuitBreakerOpen", []string{"HighErrorRate"}, func() {
		require.NoError(t, s.Provider.SetFaults(1, paymentsim.Fault{Kind: paymentsim.FailBefore}))
		load.topUps.Store(true)
	}, func() {
		require.NoError(t, s.Provider.SetFaults(1))
	})
	load.topUps.Store(false)

	d.alert("SagaStuck", nil, func() { s.Broker("wallet").Cut() }, func() { require.NoError(t, s.Broker("wallet").Heal()) })

	d.alert("OutboxBacklog", []string{"SagaStuck"}, func() { s.Brokers().Cut() }, func() { require.NoError(t, s.Brokers().Heal()) })

	d.alert("HighErrorRate", []string{"SagaStuck"}, func() { s.Server("order", "postgres").Cut() }, func() {
		require.NoError(t, s.Server("order", "postgres").Heal())
	})

	d.alert("SlowRequests", nil, func() { s.Call("gateway", "order").Delay("", 0, 1500*time.Millisecond) }, s.Call("gateway", "order").Clear)

	d.alert("DeadLetters", nil, func() {
		connection, err := amqp.Dial(options.AMQPURL)
		require.NoError(t, err)
		defer connection.Close()
		channel, err := connection.Channel()
		require.NoError(t, err)
		require.NoError(t, channel.PublishWithContext(t.Context(), "", "wallet.commands", true, false, amqp.Publishing{
			MessageId: uuid.NewString(), Type: "wallet.balance.deduct", Body: []byte("no command"),
		}))
	}, nil)
}

// traffic is a customer who buys and looks.
type traffic struct{ topUps atomic.Bool }

func (d *drill) load() *traffic {
	load := &traffic{}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	d.t.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		// One request at a time for each tick, each in a goroutine of its own: a slow shop must not get fewer.
		for tick := time.NewTicker(100 * time.Millisecond); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				go func() {
					ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
					defer cancel()
					if load.topUps.Load() {
						_, _ = d.Shop.TopUp(ctx, buyer, uuid.NewString(), 100)
					}
					_, _ = d.Shop.CreateOrder(ctx, buyer, uuid.NewString(), tea)
					_, _ = d.Shop.ListOrders(ctx, buyer, 5, "")
				}()
			}
		}
	}()
	return load
}

// quiet does something that must raise no alert. The budget of the latency is for a machine that is not busy with other things.
func (d *drill) quiet(during time.Duration, do func()) {
	d.t.Helper()
	do()
	seen := map[string]bool{}
	assert.Never(d.t, func() bool {
		seen = d.firing()
		delete(seen, "LatencyBudgetBurn")
		return len(seen) > 0
	}, during, 250*time.Millisecond, "an alert fires without a fault")
	assert.Empty(d.t, seen)
}

// alert makes a fault and waits until its alert has arrived; then it heals and waits until the alert has ended. Others may fire only if they
// are its symptoms, and are none of the next fault. The budgets of the SLOs remember earlier faults.
func (d *drill) alert(name string, symptoms []string, fault, heal func()) {
	d.t.Helper()
	d.mu.Lock()
	clear(d.received)
	d.mu.Unlock()
	arrived := func() []string {
		d.mu.Lock()
		defer d.mu.Unlock()
		return slices.Sorted(maps.Keys(d.received))
	}
	began := time.Now()
	fault()
	require.Eventually(d.t, func() bool { return slices.Contains(arrived(), name) }, 3*time.Minute, 100*time.Millisecond,
		"%s does not arrive; firing: %v", name, d.firing())
	d.t.Logf("%s arrived %s after the fault; arrived: %v", name, time.Since(began).Round(100*time.Millisecond), arrived())
	allowed := append([]string{name, "AvailabilityBudgetBurn", "LatencyBudgetBurn"}, symptoms...)
	assert.Subset(d.t, allowed, arrived(), "alerts that are no symptoms of this fault")
	if heal == nil {
		return
	}
	heal()
	require.Eventually(d.t, func() bool {
		for _, one := range append([]string{name}, symptoms...) {
			if active := d.alerts("pending", "firing"); active == nil || active[one] {
				return false
			}
		}
		return true
	}, 3*time.Minute, 250*time.Millisecond, fmt.Sprintf("%s goes on after the fault", name))
}
