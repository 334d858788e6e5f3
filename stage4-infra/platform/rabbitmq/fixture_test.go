package rabbitmq_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/fx/fxtest"
	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"shop/platform/config"
	"shop/platform/lifecycle"
	"shop/platform/messaging"
	"shop/platform/rabbitmq"
	"shop/platform/rabbitmqtest"
	"shop/platform/telemetry"
)

const patience = 20 * time.Second

// No goroutine may outlive the tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service is a service that publishes and consumes.
type service struct {
	*rabbitmq.Publisher
	registry *prometheus.Registry
	logs     *observer.ObservedLogs
	// stop stops the service, once.
	stop func(ctx context.Context) error
}

func fastConfig(address string) rabbitmq.Config {
	cfg := config.Defaults[rabbitmq.Config]()
	cfg.URL = config.Secret(address)
	cfg.ReconnectMin, cfg.ReconnectMax = 20*time.Millisecond, 100*time.Millisecond
	cfg.Consumer.RequeueMin, cfg.Consumer.RequeueMax = time.Millisecond, 2*time.Millisecond
	return cfg
}

// start runs a service with the consumers, and waits until all of it is connected.
func start(t *testing.T, cfg rabbitmq.Config, consumers ...rabbitmq.Consumer) *service {
	t.Helper()
	s := startWithoutWaiting(t, cfg, consumers...)
	s.awaitUp(t, 1+len(consumers))
	return s
}

func startWithoutWaiting(t *testing.T, cfg rabbitmq.Config, consumers ...rabbitmq.Consumer) *service {
	t.Helper()
	return startWithin(t, config.Defaults[lifecycle.Config](), cfg, consumers...)
}

// startWithin is startWithoutWaiting with other limits for the stop.
func startWithin(t *testing.T, limits lifecycle.Config, cfg rabbitmq.Config, consumers ...rabbitmq.Consumer) *service {
	t.Helper()
	core, logs := observer.New(zap.DebugLevel)
	s := &service{registry: prometheus.NewRegistry(), logs: logs}
	options := []fx.Option{
		fx.NopLogger, fx.Supply(cfg, limits, telemetry.Service("shop"), zap.New(core), s.registry), rabbitmq.Module, fx.Populate(&s.Publisher),
		fx.Provide(lifecycle.NewCoordinator),
	}
	for _, c := range consumers {
		options = append(options, rabbitmq.AsConsumer(func() rabbitmq.Consumer { return c }))
	}
	app := fxtest.New(t, options...)
	app.RequireStart()
	stopped := false
	s.stop = func(ctx context.Context) error {
		stopped = true
		return app.Stop(ctx)
	}
	t.Cleanup(func() {
		if !stopped {
			app.RequireStop()
		}
	})
	return s
}

// awaitUp waits until n connections of the service are up.
func (s *service) awaitUp(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return s.sum(t, "rabbitmq_up") == float64(n) }, patience, 5*time.Millisecond)
}

// sum adds the values, or the counts, of a metric's series.
func (s *service) sum(t *testing.T, name string) (sum float64) {
	t.Helper()
	families, err := s.registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, m := range family.GetMetric() {
			sum += m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return sum
}

// send publishes the message and waits for the broker's answer.
func (s *service) send(t *testing.T, m messaging.Message) error {
	t.Helper()
	confirmation, err := s.Publish(t.Context(), m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return confirmation.Wait(ctx)
}

func message(kind string) messaging.Message {
	return messaging.Message{
		ID: uuid.NewString(), Type: kind, Version: 1, AggregateType: "order", AggregateID: uuid.NewString(), Sequence: 1,
		OccurredAt: time.Now().UTC().Truncate(time.Second), CorrelationID: uuid.NewString(), Trace: map[string]string{}, Payload: []byte(`{"n":1}`),
	}
}

// receive returns the next value of the channel.
func receive[T any](t *testing.T, values <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-values:
		return v
	case <-time.After(patience):
		require.FailNow(t, "not received in time", what)
		panic("unreachable")
	}
}

// broker returns a channel of the test's own.
func broker(t *testing.T) *amqp.Channel {
	t.Helper()
	conn, err := amqp.Dial(rabbitmqtest.URL(t))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	ch, err := conn.Channel()
	require.NoError(t, err)
	return ch
}

// deadLetter returns the next dead letter of the queue.
func deadLetter(t *testing.T, queue string) (d amqp.Delivery) {
	t.Helper()
	ch := broker(t)
	require.Eventually(t, func() bool {
		found, ok, err := ch.Get(rabbitmq.DeadLetterQueue(queue), true)
		require.NoError(t, err)
		d = found
		return ok
	}, patience, 20*time.Millisecond)
	return d
}
