package consumer

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"stagecraft/checker/internal/check"
)

// reconnect takes the connection, the broker and the queue away while wallet works.
func reconnect(t *check.T) {
	s := openWallet(t, map[string]string{"RABBITMQ_RECONNECT_MAX": "5s"})
	const why = "the broker delivers again what a lost connection has not acknowledged, to the next consumer that connects"

	t.Step("break the connection while a message is being handled")
	g := s.shut()
	inProgress := s.send(slow)
	g.crowd("not-handled", 1, "")
	s.link().Reset()
	g.open()
	more := s.sendMany(10, plain)
	s.done("never-back", "messages that came after the connection was lost", why, more...)
	s.done("lost", "the message during which the connection was lost", why, inProgress)
	s.acked("lost", "the message during which the connection was lost", why, inProgress)
	s.settled(inProgress)

	s.outage()
	s.deletedQueue()
	s.noDeadLetters("lost", "a lost connection is no failure of a message")
	s.stopWhileAway()
}

// outage lets every connection fail for a while and counts them.
func (s *service) outage() {
	t := s.t
	address, err := url.Parse(t.Lease().AMQPURL)
	t.Ours("parse the broker's address", err)
	refusing, attempts := refuse(t)
	t.Step("the broker is down for a while; messages wait in its queue")
	s.link().Retarget(refusing)
	waiting := s.sendMany(10, plain)
	s.await("never-back", "wallet tries to connect again and again", "a broker that is away comes back", func() (string, bool) {
		n := attempts.Load()
		return fmt.Sprintf("%d attempts", n), n >= 12
	})
	before := attempts.Load()
	// The time is the condition: how many attempts are made in it.
	t.Holds("wallet waits before it connects again", 1500*time.Millisecond, func(context.Context) (string, bool) { return "", true })
	made := attempts.Load() - before
	t.True(made <= 20, check.Failure{
		ID: "storm", Sentence: "wallet tries to connect all the time while the broker is down", Expected: "a pause that doubles from RABBITMQ_RECONNECT_MIN, " +
			"here 40ms: the publisher and the consumer have failed six times each and make one or two attempts more",
		Seen: fmt.Sprintf("%d attempts in 1.5s", made),
		Why:  "a broker that starts again is kept down by the connections of all services",
	})
	s.up(0)
	s.link().Retarget(address.Host)
	s.done("never-back", "what waited in the queue during the outage", "a session that ended is followed by the next one, until the stop", waiting...)
	s.acked("never-back", "what waited in the queue during the outage", "", waiting...)
	s.settled(waiting...)
	s.up(1)
	s.soon()
}

// soon breaks the connection after an outage: the pause has begun anew. It is repeated, because a busy machine may be slow once.
func (s *service) soon() {
	s.t.Step("the broker is back; break the connection once more")
	var took time.Duration
	for range 4 {
		s.link().Reset()
		began := time.Now()
		c := s.send(plain)
		s.done("never-back", "a message after the connection was lost again", "", c)
		if took = time.Since(began); took < 1200*time.Millisecond {
			return
		}
	}
	s.t.Fail(check.Failure{
		ID: "long-pause", Sentence: "after the outage a short loss of the connection costs a long pause", Expected: "a pause of about RABBITMQ_RECONNECT_MIN, here 40ms",
		Seen: took.Round(100*time.Millisecond).String() + ", four times", Why: "a session that was ready ends the row of failures: the pause begins anew",
	})
}

// up waits until the metric of the consumer's connection has a value.
func (s *service) up(value int) {
	series := fmt.Sprintf("rabbitmq_up{connection=%q}", s.queue)
	what := fmt.Sprintf("%s is %d", series, value)
	s.await("metric", what, "it is 1 while the consumer is ready; an alert looks at nothing else", func() (string, bool) {
		answer, err := http.Get("http://" + s.Service(s.name).MetricsAddr + "/metrics")
		if err != nil {
			return err.Error(), false
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		_, after, _ := strings.Cut(string(text), series)
		line, _, _ := strings.Cut(after, "\n")
		return series + line, strings.TrimSpace(line) == fmt.Sprint(value)
	})
}

// refuse listens, accepts and closes connections, and counts them.
func refuse(t *check.T) (address string, attempts *atomic.Int64) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	t.Ours("listen", err)
	t.Cleanup(func(context.Context) { _ = listener.Close() })
	attempts = new(atomic.Int64)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			attempts.Add(1)
			_ = conn.Close()
		}
	}()
	return listener.Addr().String(), attempts
}

// deletedQueue deletes the queue: the broker cancels the consumer, and the connection stays.
func (s *service) deletedQueue() {
	t := s.t
	t.Step("delete the queue: the broker cancels the consumer and keeps the connection")
	conn, err := amqp.Dial(t.Lease().AMQPURL)
	t.Ours("connect to the broker", err)
	defer conn.Close()
	ch, err := conn.Channel()
	t.Ours("open a channel", err)
	_, err = ch.QueueDelete(queue, false, false, false)
	t.Ours("delete the queue", err)
	const why = "the deliveries end also when the broker cancels the consumer; the next session declares the queue again"
	s.await("cancelled", "the queue exists again", why, func() (string, bool) {
		_, err := t.Broker().Depth(queue)
		return fmt.Sprint(err), err == nil
	})
	c := s.command(plain)
	s.await("cancelled", "a message reaches the queue", why, func() (string, bool) {
		err := t.Broker().Publish(c.Message)
		return fmt.Sprint(err), err == nil
	})
	s.done("cancelled", "a message of the new queue", why, c)
}

// stopWhileAway stops wallet while it waits to connect again.
func (s *service) stopWhileAway() {
	t := s.t
	t.Step("stop wallet while it waits to connect again")
	s.kill()
	s.restart(map[string]string{"RABBITMQ_RECONNECT_MIN": "1m", "RABBITMQ_RECONNECT_MAX": "1m"})
	c := s.send(plain)
	s.done("never-back", "a message after its restart", "", c)
	s.acked("never-back", "a message after its restart", "", c)
	s.link().Cut()
	s.await("never-back", "wallet notices that the broker is gone", "", func() (string, bool) {
		n := len(s.Service(s.name).Logs().Grep("platform.broker.disconnected"))
		return fmt.Sprintf("%d lines", n), s.link().Connections() == 0
	})
	s.stop("stop-in-pause", "the pause before the next attempt must end with the stop")
	t.Ours("heal the link", s.link().Heal())
}

// stop sends SIGTERM and requires that wallet ends by itself, soon.
func (s *service) stop(id, why string) {
	ctx, cancel := s.t.Patience(patience)
	defer cancel()
	exit, err := s.Service(s.name).Stop(ctx)
	s.t.True(err == nil && exit.Code == 0, check.Failure{
		ID: id, Sentence: s.name + " does not end after SIGTERM", Expected: "exit code 0 within " + patience.String(),
		Seen: fmt.Sprintf("%s (%v)", exit, err), Why: why,
	})
}
