// Package incidentasync judges a shop that works over messages and in which four faults were planted: what the learner found, and whether
// each fault is gone.
package incidentasync

import (
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/documents"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/stack"
)

const topic = "consumer"

// Checks returns the checks of the lesson.
func Checks() []check.Check {
	return []check.Check{
		documents.Findings("backlog-findings", topic, "the findings name each cause with its place and its effect, and nothing else"),
		scenario("backlog-drains", "after a lost connection the messages that wait in a queue are handled, each once", drains),
		scenario("backlog-refused-event", "an event that the broker refuses stops its own aggregate, and no other", refusedEvent),
		scenario("backlog-nothing-lost", "a message whose handling failed or was killed is handled by the next delivery", nothingLost),
		scenario("backlog-times-out", "every saga that waits too long is moved, also beside one that cannot be", timesOut),
	}
}

func scenario(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{
		ID: id, Sentence: sentence, Topic: topic, Run: run, Timeout: 4 * time.Minute,
		Needs: check.Needs{Postgres: true, Redis: true, RabbitMQ: true, Services: stack.Names()},
	}
}

// The messages and queues of the shop.
const (
	reserve = "inventory.stock.reserve"
	deduct  = "wallet.balance.deduct"
	reply   = "order.saga.reply"

	walletQueue    = "wallet.commands"
	inventoryQueue = "inventory.commands"
	orderQueue     = "order.replies"
)

// shop is the running system, with what this lesson asks of it.
type shop struct{ *incident.System }

// openShop starts the services with short pauses after a lost connection, so that a check takes seconds.
func openShop(t *check.T, env map[string]string, skus ...string) *shop {
	all := map[string]string{"RABBITMQ_RECONNECT_MIN": "100ms", "RABBITMQ_RECONNECT_MAX": "500ms", "CONSUMER_REQUEUE_MIN": "100ms"}
	for name, value := range env {
		all[name] = value
	}
	return &shop{incident.Open(t, all, skus...)}
}
