package infra

import (
	"context"
	"errors"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/stretchr/testify/require"
)

func TestPrivateBroker_KilledAndStarted_KeepsWhatItConfirmed(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a broker")
	}
	servers, err := Ensure(t.Context(), "../../..", Need{RabbitMQ: true}, func(line string) { t.Log(line) })
	require.NoError(t, err)
	t.Cleanup(servers.Close)
	if servers.Provider != "native" && servers.Provider != "bundle" {
		t.Skip("the broker is a container")
	}
	began := time.Now()
	broker, err := servers.PrivateBroker(t.Context(), func(string) {})
	require.NoError(t, err)
	t.Cleanup(broker.Close)
	t.Logf("it serves after %s", time.Since(began).Round(time.Millisecond))

	require.NoError(t, publishOne(t.Context(), broker.AMQPURL))
	require.NoError(t, broker.Kill())
	_, err = amqp.Dial(broker.AMQPURL)
	require.Error(t, err)
	began = time.Now()
	require.NoError(t, broker.Start(t.Context()))
	t.Logf("it serves %s after the kill", time.Since(began).Round(time.Millisecond))
	conn, err := amqp.Dial(broker.AMQPURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	ch, err := conn.Channel()
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		message, ok, err := ch.Get("q", true)
		return err == nil && ok && message.MessageId == "m"
	}, 10*time.Second, 20*time.Millisecond)

	require.NoError(t, broker.Freeze())
	_, err = amqp.DialConfig(broker.AMQPURL, amqp.Config{Dial: amqp.DefaultDial(500 * time.Millisecond)})
	require.Error(t, err)
	require.NoError(t, broker.Thaw())
	require.NoError(t, broker.Stop(t.Context()))
	require.NoError(t, servers.Healthy(t.Context()), "the shared broker is not touched")
}

func publishOne(ctx context.Context, address string) error {
	conn, err := amqp.Dial(address)
	if err != nil {
		return err
	}
	defer conn.Close()
	ch, err := conn.Channel()
	if err != nil {
		return err
	}
	// A classic queue: what it has confirmed is on disk, however young the queue is.
	if _, err := ch.QueueDeclare("q", true, false, false, false, nil); err != nil {
		return err
	}
	if err := ch.Confirm(false); err != nil {
		return err
	}
	confirmation, err := ch.PublishWithDeferredConfirmWithContext(ctx, "", "q", true, false, amqp.Publishing{MessageId: "m", DeliveryMode: amqp.Persistent})
	if err != nil {
		return err
	}
	acked, err := confirmation.WaitContext(ctx)
	if err == nil && !acked {
		err = errors.New("the broker refused the message")
	}
	return err
}
