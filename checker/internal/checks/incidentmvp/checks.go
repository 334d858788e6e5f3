// Package incidentmvp judges a shop in which four faults were planted: what the learner found, and whether each fault is gone.
package incidentmvp

import (
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/documents"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/stack"
)

const topic = "observability"

// Checks returns the checks of the lesson.
func Checks() []check.Check {
	return []check.Check{
		documents.Findings("incident-findings", topic, "the findings name each cause with its place and its effect, and nothing else"),
		scenario("incident-refused", "a refused request leaves no transaction, no lock and no row behind", refused),
		scenario("incident-opposite", "purchases of the same products in another order wait for each other, and others do not wait", opposite),
		scenario("incident-interrupted", "a cancellation or shipment whose process died is finished by the next process", interrupted),
		scenario("incident-long-order", "an order asks for all its prices in one call", longOrder),
	}
}

func scenario(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{
		ID: id, Sentence: sentence, Topic: topic, Run: run,
		Needs: check.Needs{Postgres: true, Services: stack.Names()},
	}
}

// shop is the running system, with what this lesson asks of it.
type shop struct{ *incident.System }

func openShop(t *check.T, env map[string]string, skus ...string) *shop {
	return &shop{incident.Open(t, env, skus...)}
}
