package incidentasync

import (
	"context"
	"fmt"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/fault"
)

const (
	prefetch = 4
	workers  = 2
)

// drains lets the connection of a consumer break while its workers are busy and more messages wait than it may hold. The broker delivers
// them again. It does so at each service.
func drains(t *check.T) {
	s := openShop(t, map[string]string{"CONSUMER_PREFETCH": fmt.Sprint(prefetch), "CONSUMER_WORKERS": fmt.Sprint(workers), "DB_STATEMENT_TIMEOUT": "30s"}, "lamp")
	for _, c := range []struct {
		service, database, lock, queue, key string
		waiting                             int
	}{
		{"wallet", "wallet_db", "SELECT 1 FROM wallets FOR UPDATE", walletQueue, deduct, workers},
		{"inventory", "inventory_db", "SELECT 1 FROM stocks FOR UPDATE", inventoryQueue, reserve, workers},
	} {
		s.drain(c.service, c.database, c.lock, c.queue, c.key, c.waiting)
	}
}

func (s *shop) drain(service, database, lock, queue, key string, waiting int) {
	t := s.T
	t.Step("%d purchases wait for %s, whose rows are locked; then its connection breaks", 3*prefetch, service)
	buyers := make([]string, 3*prefetch)
	for i := range buyers {
		buyers[i] = s.Customer()
	}
	watch := s.Connect(database)
	unlock := t.LockRows(database, lock)
	var orders []purchase
	for _, buyer := range buyers {
		answer, err := s.Shop.CreateOrder(t.Context(), buyer, "drain-"+service, incident.Piece("lamp"))
		s.OK("the order", answer.OK(), answer, err)
		orders = append(orders, purchase{buyer, answer.Data.ID})
	}
	s.awaitLocks(watch, waiting)
	s.held(service, key)
	s.Broker(service).Reset()
	unlock()
	t.Step("wait until all of them are paid")
	for _, p := range orders {
		s.ends(p, "stuck", fmt.Sprintf("a purchase that waited when the connection of %s broke", service), "PAID",
			"The broker gives a consumer only as many messages as it may hold unanswered. Messages that are handled and never answered use up that "+
				"number, and the rest waits for ever.", 2*incident.Patience)
	}
	t.Eventually("nothing waits in "+queue, incident.Patience, func(context.Context) (string, bool) {
		depth, err := t.Broker().Depth(queue)
		return fmt.Sprintf("%d messages (%v)", depth, err), err == nil && depth == 0
	})
	s.nothingHeld(service, queue)
}

// held waits until the consumer holds as many messages as it may.
func (s *shop) held(service, key string) {
	s.T.Eventually(service+" holds as many messages as it may", incident.Patience, func(context.Context) (string, bool) {
		n := len(s.Broker(service).Passages(fault.Delivery, fault.Key(key))) - len(s.Broker(service).Passages(fault.Ack, fault.Key(key)))
		return fmt.Sprintf("%d are not answered", n), n >= prefetch
	})
}

// nothingHeld fails unless every delivery of the present connection was answered.
func (s *shop) nothingHeld(service, queue string) {
	var open []string
	answered := s.T.Within(incident.Patience, func() bool {
		open = s.unanswered(service, queue)
		return len(open) == 0
	})
	s.T.True(answered, check.Failure{
		ID: "unanswered", Sentence: "messages that were handled are not answered", Expected: "an ack for each delivery, after its effect was committed",
		Seen: fmt.Sprintf("%d deliveries without one, the first is %s", len(open), strings.Join(open[:min(len(open), 1)], "")),
		Why:  "A message that is not answered stays with the broker. It counts against the prefetch, and is handled again at the next connection.",
	})
}

// unanswered are the messages that the service got on its present connection to a queue and has not answered.
func (s *shop) unanswered(service, queue string) (names []string) {
	type delivery struct {
		connection int
		channel    uint16
		tag        uint64
	}
	match := fault.Match{Queue: queue}
	answered := map[delivery]bool{}
	for _, a := range s.Broker(service).Passages(fault.Ack, match) {
		answered[delivery{a.Connection, a.Channel, a.Tag}] = true
	}
	deliveries := s.Broker(service).Passages(fault.Delivery, match)
	for _, d := range deliveries {
		if d.Connection == deliveries[len(deliveries)-1].Connection && !answered[delivery{d.Connection, d.Channel, d.Tag}] {
			names = append(names, d.Message.Name())
		}
	}
	return names
}
