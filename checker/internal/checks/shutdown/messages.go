package shutdown

import (
	"fmt"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// messages stops inventory while commands wait for a lock, and again while they do not end.
func messages(t *check.T) {
	s := open(t, nil)
	service := s.Service("inventory")
	const why = "what is in progress at the stop is finished and acknowledged; an aborted message is done again by another process"

	t.Step("two commands wait for a lock; send SIGTERM, and commands until inventory takes no more")
	release := s.lock("tea")
	busy := []fault.Message{s.command("tea"), s.command("tea")}
	s.publish(busy...)
	s.crowd(len(busy))
	e := s.terminate(service)
	later := s.untilLeft()
	e.running(check.Failure{ID: "aborted", Sentence: "inventory ended while messages were in progress", Expected: "it waits for them", Why: why})
	s.becomes(check.Failure{
		ID: "aborted", Sentence: "messages in progress were aborted at the stop", Expected: fmt.Sprintf("%d are in progress", len(busy)), Why: why,
	}, func() (string, bool) {
		now := s.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
		return fmt.Sprintf("%d are", now), now == len(busy)
	})

	relays := func() int { return s.count(`SELECT count(*) FROM outbox_relays`) }
	t.True(!t.Within(time.Second, func() bool { return relays() == 0 }), check.Failure{
		ID: "aborted", Sentence: "the relay stops while messages are in progress", Expected: "the phase of the consumers lasts until they are done",
		Seen: "outbox_relays is empty", Why: "the replies of these messages are not in the outbox yet",
	})

	t.Step("let them finish")
	release()
	e.code(0, "exit", "when the last message is acknowledged, Stop returns nil")
	for _, c := range busy {
		t.True(s.acked(c), check.Failure{
			ID: "not-acked", Sentence: "a message was done and not acknowledged", Expected: "an ack before the end", Seen: "none", Why: why,
		})
	}
	t.True(s.reservations(busy...) == len(busy), check.Failure{
		ID: "aborted", Sentence: "messages in progress were not done", Expected: "2 reservations", Seen: fmt.Sprint(s.reservations(busy...)), Why: why,
	})

	t.Step("start it again with 1s for the consumers, and stop it while a command does not end")
	t.NoError("start inventory again", service.Restart(t.Context(), map[string]string{"SHUTDOWN_CONSUMERS_BUDGET": "1s"}))
	s.reserved("lost", "the commands that it had not taken before", later...)
	release = s.lock("tea")
	endless := s.command("tea")
	s.publish(endless)
	s.crowd(1)
	e = s.terminate(service)
	e.code(1, "endless", "when the context ends, abort the handlers, close the connection, and return the error of the context")
	line := summary(service)
	t.True(strings.Contains(line.Field("cut_off"), "consumers/consumers"), check.Failure{
		ID: "endless-unsaid", Sentence: "the summary does not say that messages were cut off", Expected: `"cut_off":["consumers/consumers"]`,
		Seen: "cut_off " + line.Field("cut_off"), Why: "Consumers.Stop returns the error of the context when messages were still in progress",
	})
	t.True(!s.acked(endless), check.Failure{
		ID: "lost", Sentence: "a message that was not done was acknowledged", Expected: "it returns to the queue", Seen: "an ack",
	})
	pools := strings.Count(parts(line), "database/pool")
	aborted := s.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	t.True(pools == 1 && aborted == 0, check.Failure{
		ID: "not-aborted", Sentence: "the handler still held a connection of the database when inventory ended",
		Expected: "its context has ended, and with it its statement", Seen: fmt.Sprintf("%d statements wait; %s", aborted, parts(line)),
		Why: "the phases after this one close what the handlers use",
	})
	release()
	t.NoError("start inventory again", service.Restart(t.Context(), nil))
	s.reserved("lost", "the command that was cut off", endless)
}

// untilLeft publishes commands until some stay in the queue, and returns them all.
func (s *shop) untilLeft() (sent []fault.Message) {
	left := 0
	s.becomes(check.Failure{
		ID: "takes-more", Sentence: "inventory goes on taking messages after SIGTERM", Expected: "it cancels its consumers, and then waits",
		Why: "a consumer that goes on taking never comes to its end",
	}, func() (string, bool) {
		depth, err := s.t.Broker().Depth(queue)
		switch {
		case err != nil:
			return err.Error(), false
		case depth == 0 && len(sent) < 400:
			c := s.command("milk")
			s.publish(c)
			left, sent = 0, append(sent, c)
		case depth > 0:
			left++
		}
		return fmt.Sprintf("it has taken %d messages after SIGTERM", len(sent)), left >= 3
	})
	return sent
}

func (s *shop) acked(c fault.Message) bool {
	for _, p := range s.Broker("inventory").Passages(fault.Ack, fault.Match{ID: c.ID}) {
		if !p.Negative {
			return true
		}
	}
	return false
}
