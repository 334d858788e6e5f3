package deadletters

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// graveyard is a queue without a consumer, and its dead letters.
type graveyard struct {
	t           *check.T
	queue, dead string
}

// letter is a dead letter. Its body tells it apart.
type letter struct {
	body, kind               string
	aggregateType, aggregate string
	replays                  int64
}

// bury makes the two queues, and puts the dead letters into theirs.
func bury(t *check.T, queue string, letters ...letter) graveyard {
	g := graveyard{t, queue, "dlq." + queue}
	with(t, "declare the queues", func(ch *amqp.Channel) error {
		for _, name := range []string{g.queue, g.dead} {
			args := amqp.Table{amqp.QueueTypeArg: amqp.QueueTypeQuorum, "x-delivery-limit": 1 << 30}
			if _, err := ch.QueueDeclare(name, true, false, false, false, args); err != nil {
				return err
			}
		}
		return nil
	})
	var all []amqp.Publishing
	for _, l := range letters {
		all = append(all, l.publishing())
	}
	publish(t, g.dead, all...)
	depth(t, g.dead, len(letters), check.Failure{Sentence: "the dead letters are not in their queue"})
	return g
}

func plainLetters(n int) (all []letter) {
	for i := range n {
		all = append(all, letter{fmt.Sprintf(`{"n":%d}`, i), fmt.Sprint("type", i%2), "order", fmt.Sprint(i), 0})
	}
	return all
}

func (l letter) publishing() amqp.Publishing {
	headers := amqp.Table{
		"event_type": l.kind, "event_version": int64(2), "aggregate_type": l.aggregateType, "aggregate_id": l.aggregate, "sequence": int64(9),
		"x-tenant": "acme", "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"dead_reason": "delivery_limit", "dead_error": "still locked", "dead_at": "2026-01-02T03:04:05Z", "dead_deliveries": int64(6),
		"x-delivery-count": int64(5), "x-death": []any{amqp.Table{"queue": queue, "reason": "delivery_limit", "count": int64(1)}},
		"x-first-death-queue": queue, "x-first-death-reason": "delivery_limit", "x-first-death-exchange": "",
		"x-last-death-queue": queue, "x-last-death-reason": "delivery_limit", "x-last-death-exchange": "",
	}
	if l.replays > 0 {
		headers["dead_replays"], headers["dead_replay_run"] = l.replays, "an earlier run"
	}
	return amqp.Publishing{
		MessageId: "id of " + l.body, Type: l.kind, CorrelationId: "correlation of " + l.body, Timestamp: time.Unix(1_700_000_000, 0),
		ContentType: "application/json", AppId: "order", ReplyTo: "replies", DeliveryMode: amqp.Persistent, Headers: headers, Body: []byte(l.body),
	}
}

func bodies(letters []letter) (all []string) {
	for _, l := range letters {
		all = append(all, l.body)
	}
	return all
}

// replay prepares a replay of the queue.
func (g graveyard) replay(args ...string) *check.Command {
	g.t.Step("dlq replay %s %s", g.queue, strings.Join(args, " "))
	return g.t.Command(dlq, map[string]string{"CONSUMER_DEAD_LETTER_TIMEOUT": "60s"}, append([]string{"replay", g.queue}, args...)...)
}

// run runs a replay to its end, and returns its exit code and the audit lines: event and id.
func (g graveyard) run(c *check.Command) (code int, lines []string) {
	return g.finish(c.Start())
}

func (g graveyard) finish(c *check.Command) (code int, lines []string) {
	becomes(g.t, check.Failure{
		ID: "endless", Sentence: "the replay does not end", Expected: "the end of the command",
		Why: "it ends at an empty queue, at a message that has died again, at an error (also when no confirm comes in time), and with its context",
	}, func() (string, bool) {
		select {
		case <-c.Ended():
			return "", true
		default:
			return fmt.Sprintf("it has published %d messages", len(c.Broker.Passages(fault.Publish, fault.Match{}))), false
		}
	})
	code, stdout, stderr := c.Result()
	g.t.Log("exit code %d %s", code, stderr)
	decoder := json.NewDecoder(strings.NewReader(stdout))
	for {
		var line struct {
			Event   string
			Message struct{ ID string }
		}
		if decoder.Decode(&line) != nil {
			return code, lines
		}
		lines = append(lines, strings.TrimPrefix(line.Event, "platform.dead_letter.")+" "+line.Message.ID)
	}
}

// published returns the bodies of what a command has published.
func published(c *check.Command) (all []string) {
	for _, p := range c.Broker.Passages(fault.Publish, fault.Match{}) {
		all = append(all, string(p.Message.Body))
	}
	return all
}

// left returns the bodies of the dead letters, when what the command held has returned.
func (g graveyard) left(n int, f check.Failure) (all []string) {
	depth(g.t, g.dead, n, f)
	letters, err := g.t.Broker().Peek(g.dead)
	g.t.Ours("look at the dead letters", err)
	for _, m := range letters {
		all = append(all, string(m.Body))
	}
	return all
}

func (g graveyard) takeBodies() (all []string) {
	for _, d := range take(g.t, g.queue) {
		all = append(all, string(d.Body))
	}
	return all
}

// stay fails unless just these dead letters are left, in order.
func (g graveyard) stay(want ...string) {
	f := check.Failure{
		ID: "others", Sentence: "dead letters that were not replayed do not stay", Why: "what is not replayed is not acknowledged: walk returns it to its place",
	}
	g.same(f.ID, f.Sentence, f.Why, want, g.left(len(want), f))
}

// same fails when got is not want.
func (g graveyard) same(id, sentence, why string, want, got []string) {
	g.t.True(slices.Equal(want, got), check.Failure{ID: id, Sentence: sentence, Expected: fmt.Sprint(want), Seen: fmt.Sprint(got), Why: why})
}

// arrives waits until the command is held up.
func (g graveyard) arrives(c *check.Command, hold *fault.MessageHold) {
	becomes(g.t, check.Failure{
		ID: "not-published", Sentence: "the replay does not publish the dead letters", Expected: "one more message, published",
		Why: "each dead letter is published to its queue",
	}, func() (string, bool) {
		select {
		case <-hold.Arrived():
			return "", true
		default:
			return fmt.Sprintf("it has published %v", published(c)), false
		}
	})
}

// safe kills the replay, runs it again, and lets the broker refuse what it publishes.
func safe(t *check.T) {
	const n, at = 6, 3
	tap, err := t.Broker().Tap("#")
	t.Ours("bind a queue to the exchange of all messages", err)
	letters := plainLetters(n)
	g := bury(t, queue, letters...)
	ack := check.Failure{
		ID: "acked", Sentence: "a dead letter was acknowledged before its copy was confirmed", Expected: "publish, wait for the confirm, ack",
		Why: "the broker forgets what is acknowledged: killed in between, the replay has lost the message",
	}

	c := g.replay("--all", "--rate", "1000")
	hold := c.Broker.HoldConfirm(fault.Match{}, at)
	c.Start()
	g.arrives(c, hold)
	t.Step("the confirm of message %d is under way: kill the command there", at)
	early := t.Within(300*time.Millisecond, func() bool { return len(c.Broker.Passages(fault.Ack, fault.Match{})) >= at })
	ack.Seen = fmt.Sprintf("%d acks, %d confirms", len(c.Broker.Passages(fault.Ack, fault.Match{})), at-1)
	t.True(!early, ack)
	c.Kill()
	others, err := t.Broker().Take(tap)
	t.Ours("look at the exchange of all messages", err)
	t.True(len(others) == 0, check.Failure{
		ID: "everyone", Sentence: "a replayed message went to all readers of its type", Expected: "it goes to " + queue + " alone",
		Seen: fmt.Sprintf("%d messages at another queue", len(others)),
		Why:  "the others have handled it. The exchange \"\" leads to the queue of the name that is the routing key",
	})
	g.left(n-at+1, check.Failure{
		ID: "not-acked", Sentence: "a replayed message is still a dead letter, or one that is not replayed is gone",
		Why: "each leaves the dead letters once its copy is confirmed, before the next is published",
	})

	again := g.replay("--all", "--rate", "1000")
	code, _ := g.run(again)
	t.Equal("the exit code of the second run", 0, code)
	g.left(0, check.Failure{ID: "not-acked", Sentence: "replayed messages are still dead letters", Why: "the next run would replay them again"})
	third := g.replay("--all", "--rate", "1000")
	code, _ = g.run(third)
	t.Equal("the exit code of a run without dead letters", 0, code)
	want := bodies(letters)
	want = slices.Insert(want, at, want[at-1])
	g.same("lost", "the two runs do not leave each message in its queue, and the one that was under way twice",
		"killed between confirm and ack, the message is there twice with one id, and the inbox knows it; more doubles or a loss are faults",
		want, g.takeBodies())

	t.Step("the broker refuses a copy, returns one, does not confirm one")
	for i, fails := range []struct {
		what   string
		inject func(*fault.AMQPLink)
	}{
		{"refused", func(l *fault.AMQPLink) { l.NackPublish(fault.Match{}, 2) }},
		{"returned", func(l *fault.AMQPLink) { l.ReturnPublish(fault.Match{}, 2) }},
		{"not confirmed in time", func(l *fault.AMQPLink) { l.HoldConfirm(fault.Match{}, 2) }},
	} {
		g := bury(t, fmt.Sprint("checker.refused.", i), plainLetters(3)...)
		t.Step("the second copy is %s", fails.what)
		c := t.Command(dlq, map[string]string{"CONSUMER_DEAD_LETTER_TIMEOUT": short}, "replay", g.queue, "--all", "--rate", "1000")
		fails.inject(c.Broker)
		code, _ := g.run(c)
		waited := time.Duration(0)
		if copies := c.Broker.Passages(fault.Publish, fault.Match{}); len(copies) > 1 {
			waited = time.Since(copies[1].At)
		}
		t.True(waited < late, check.Failure{
			ID: "endless", Sentence: "the replay waits too long for a copy that is " + fails.what, Expected: "CONSUMER_DEAD_LETTER_TIMEOUT, here " + short,
			Seen: waited.Round(time.Millisecond).String(), Why: "meanwhile it keeps all other operators out of the queue",
		})
		t.True(code == 1, check.Failure{
			ID: "unsaid", Sentence: "the command does not fail when a copy is " + fails.what, Expected: "the error of the publish, and with it exit code 1",
			Seen: fmt.Sprintf("exit code %d", code), Why: "an error ends the replay: an operator must know that messages stay",
		})
		g.same("acked", "a dead letter whose copy was "+fails.what+" did not stay", ack.Why, bodies(plainLetters(3))[1:], g.left(2, check.Failure{
			ID: "acked", Sentence: "a dead letter whose copy was " + fails.what + " did not stay", Why: ack.Why,
		}))
	}
}

// message looks at what a replay publishes.
func message(t *check.T) {
	letters := plainLetters(3)
	letters[1].replays = 2
	g := bury(t, queue, letters...)
	tap, err := t.Broker().Tap("#")
	t.Ours("bind a queue to the exchange of all messages", err)
	c := g.replay("--all", "--rate", "1000")
	g.run(c)
	// The broker adds headers of its own to what it delivers.
	sent := c.Broker.Passages(fault.Publish, fault.Match{})
	seen := append(take(t, g.queue), take(t, tap)...)
	t.True(len(sent) == len(letters) && len(seen) == len(letters), check.Failure{
		ID: "not-published", Sentence: "not every dead letter was published", Expected: fmt.Sprintf("%d messages", len(letters)), Seen: fmt.Sprintf("%d messages", len(sent)),
	})
	runs := map[string]bool{}
	for i, m := range seen {
		was := letters[i].publishing()
		t.True(m.MessageId == was.MessageId, check.Failure{
			ID: "id", Sentence: "a replayed message has another id", Expected: fmt.Sprintf("%q", was.MessageId), Seen: fmt.Sprintf("%q", m.MessageId),
			Why: "the inbox knows a message by its id: under another one its effect happens twice",
		})
		want, got := properties(was), properties(amqp.Publishing{
			Type: m.Type, CorrelationId: m.CorrelationId, Timestamp: m.Timestamp, ContentType: m.ContentType, AppId: m.AppId, ReplyTo: m.ReplyTo,
			DeliveryMode: m.DeliveryMode, Body: m.Body,
		})
		t.True(want == got, check.Failure{
			ID: "properties", Sentence: "a replayed message is not the one that died", Expected: want, Seen: got,
			Why: "it is handled as if it had come for the first time",
		})
		headers := maps.Clone(sent[i].Message.Headers)
		if headers == nil {
			headers = map[string]any{}
		}
		count, run := fmt.Sprint(headers["dead_replays"]), fmt.Sprint(headers["dead_replay_run"])
		t.True(count == fmt.Sprint(letters[i].replays+1), check.Failure{
			ID: "count", Sentence: "a replayed message does not count its replays", Expected: fmt.Sprintf("dead_replays %d", letters[i].replays+1),
			Seen: "dead_replays " + count, Why: "--limit needs it: what dies again and again must stay in the end",
		})
		runs[run] = true
		t.True(headers["dead_replay_run"] != nil && run != "an earlier run" && len(runs) == 1, check.Failure{
			ID: "run", Sentence: "a replayed message does not name its run", Expected: "dead_replay_run, the same for all messages of the run",
			Seen: fmt.Sprint(slices.Collect(maps.Keys(runs))), Why: "a run ends at a message that it has replayed itself",
		})
		delete(headers, "dead_replays")
		delete(headers, "dead_replay_run")
		for _, name := range slices.Sorted(maps.Keys(was.Headers)) {
			_, there := headers[name]
			if ofDeath(name) {
				t.True(!there, check.Failure{
					ID: "death", Sentence: "a replayed message carries its old death: " + name, Expected: "no headers of the death",
					Seen: fmt.Sprintf("%s = %v", name, headers[name]),
					Why:  "the next dead letter would show the wrong reason, and an old count of deliveries makes the first failure the last one",
				})
				continue
			}
			t.True(fmt.Sprint(headers[name]) == fmt.Sprint(was.Headers[name]), check.Failure{
				ID: "headers", Sentence: "a replayed message lacks a header: " + name, Expected: fmt.Sprintf("%s = %v", name, was.Headers[name]),
				Seen: fmt.Sprint(headers[name]), Why: "without its type, version, order and trace it cannot be handled, or not followed",
			})
		}
	}
}

// properties is the body of a message and all properties but its id and its headers, in a line.
func properties(m amqp.Publishing) string {
	return fmt.Sprintf("%s, type %q, correlation id %q, timestamp %d, content type %q, app id %q, reply to %q, delivery mode %d",
		m.Body, m.Type, m.CorrelationId, m.Timestamp.Unix(), m.ContentType, m.AppId, m.ReplyTo, m.DeliveryMode)
}

// ofDeath reports whether a header says how a message died.
func ofDeath(name string) bool {
	return slices.ContainsFunc([]string{"dead_", "x-death", "x-first-death-", "x-last-death-", "x-delivery-count"}, func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}

// selects replays by type and id, some too often, slowly, and what dies again.
func selects(t *check.T) {
	_, err := t.Broker().Tap("#")
	t.Ours("bind a queue to the exchange of all messages", err)

	letters := plainLetters(6)
	// What the filter leaves out holds nothing back.
	letters[0].replays, letters[0].aggregate = 3, letters[1].aggregate
	g := bury(t, queue, letters...)
	all := bodies(letters)
	c := g.replay("--type", "type1", "--rate", "1000")
	code, lines := g.run(c)
	const filter = "only the dead letters for which r.Match holds are replayed, oldest first"
	g.same("filter", "a replay by type has not replayed just this type", filter, []string{all[1], all[3], all[5]}, published(c))
	g.same("report", "the audit lines do not name what was replayed", "r.Done is called after each message, with nil if it was replayed",
		[]string{"replayed id of " + all[1], "replayed id of " + all[3], "replayed id of " + all[5]}, lines)
	g.stay(all[0], all[2], all[4])
	t.Equal("the exit code of a replay by type", 0, code)

	t.Step("messages that were replayed three times, and later ones of their aggregate")
	g = bury(t, "checker.limit", letter{"a1", "x", "order", "a", 3}, letter{"b1", "x", "order", "b", 2}, letter{"a2", "y", "order", "a", 0},
		letter{"n1", "x", "order", "", 3}, letter{"n2", "x", "order", "", 0}, letter{"w1", "x", "wallet", "a", 0}, letter{"b2", "x", "order", "b", 0})
	c = g.replay("--all", "--rate", "1000")
	code, lines = g.run(c)
	g.same("limit", "a replay does not leave just what was replayed too often, and what comes after it in its aggregate",
		"r.Limit is how often a message may be replayed; a later one of its aggregate (type and id) would overtake it. Without an id there is no order",
		[]string{"b1", "n2", "w1", "b2"}, published(c))
	g.same("report", "the audit lines do not name what was refused", "r.Done gets ErrReplayLimit for each that stays",
		[]string{"refused id of a1", "replayed id of b1", "refused id of a2", "refused id of n1", "replayed id of n2", "replayed id of w1",
			"replayed id of b2"}, lines)
	g.stay("a1", "a2", "n1")
	t.Equal("the exit code when dead letters were refused", 4, code)

	t.Step("replay six messages at four in a second")
	g = bury(t, "checker.rate", plainLetters(6)...)
	c = g.replay("--all", "--rate", "4")
	g.run(c)
	passages := c.Broker.Passages(fault.Publish, fault.Match{})
	t.Equal("the number of replayed messages", 6, len(passages))
	took := passages[5].At.Sub(passages[0].At)
	t.True(took > 700*time.Millisecond, check.Failure{
		ID: "rate", Sentence: "a replay is faster than its rate", Expected: "six messages in about 1.2 s", Seen: took.Round(time.Millisecond).String(),
		Why: "a thousand messages at once are a load that the service, just repaired, may not bear",
	})

	t.Step("SIGTERM while the replay waits for the time of its next message")
	g = bury(t, "checker.stop", plainLetters(3)...)
	c = g.replay("--all", "--rate", "0.01").Start()
	becomes(t, check.Failure{ID: "endless", Sentence: "the replay does not begin", Expected: "the first message is replayed"}, func() (string, bool) {
		return "nothing is acknowledged", len(c.Broker.Passages(fault.Ack, fault.Match{Where: func(m fault.Message) bool { return len(m.Body) > 0 }})) > 0
	})
	c.Signal(syscall.SIGTERM)
	g.finish(c)
	g.same("endless", "a replay that was stopped in a pause went on", "the pause ends with the context", bodies(plainLetters(1)), published(c))

	t.Step("the broker refuses the second of three copies")
	g = bury(t, "checker.refused", plainLetters(3)...)
	c = g.replay("--all", "--rate", "1000")
	c.Broker.NackPublish(fault.Match{}, 2)
	_, lines = g.run(c)
	g.same("report", "the audit lines name what was not replayed", "r.Done is called after the message is replayed",
		[]string{"replayed id of " + all[0]}, lines)

	t.Step("the command cannot write its audit lines")
	g = bury(t, "checker.audit", plainLetters(3)...)
	c = g.replay("--all", "--rate", "1000").WithoutOutput()
	code, _ = g.run(c)
	g.same("report", "a replay goes on although its report fails", "an error of r.Done ends the replay: what is replayed has to be on record",
		bodies(plainLetters(1)), published(c))
	t.Equal("the exit code when the report fails", 1, code)
	g = bury(t, "checker.refusal", letter{"a1", "x", "order", "a", 3}, letter{"b1", "x", "order", "b", 0})
	c = g.replay("--all", "--rate", "1000").WithoutOutput()
	g.run(c)
	g.same("report", "a replay goes on although its report of a refusal fails", "an error of r.Done ends the replay, also for a message that stays",
		nil, published(c))

	t.Step("messages that die again during the replay")
	g = bury(t, "checker.again", plainLetters(3)...)
	c = g.replay("--all", "--rate", "1000")
	hold := c.Broker.HoldConfirm(fault.Match{}, 3)
	c.Start()
	g.arrives(c, hold)
	for _, d := range take(t, g.queue) {
		headers := maps.Clone(d.Headers)
		headers["dead_reason"] = "permanent"
		publish(t, g.dead, amqp.Publishing{MessageId: d.MessageId, Type: d.Type, DeliveryMode: amqp.Persistent, Headers: headers, Body: d.Body})
	}
	last := letter{`{"n":"late"}`, "type0", "order", "late", 0}
	publish(t, g.dead, last.publishing())
	hold.Release()
	code, _ = g.finish(c)
	g.same("again", "a replay goes on although a message has died again during it",
		"poison comes back as fast as it is replayed: end at the first message whose dead_replay_run is this run", bodies(plainLetters(3)), published(c))
	t.Equal("the exit code when messages have died again", 0, code)
	g.stay(append(bodies(plainLetters(3)), last.body)...)
	c = g.replay("--all", "--rate", "1000")
	g.run(c)
	g.same("next-run", "the next replay does not replay what has died again during the last one",
		"each run has a name of its own: what it has not replayed itself is no reason to end", append(bodies(plainLetters(3)), last.body), published(c))
}
