package health

import (
	"stagecraft/checker/internal/check"
)

// outage cuts each dependency, one after the other, and starts the service without its broker.
func outage(t *check.T) {
	w := open(t, nil)
	changes := w.watch(readiness)
	changes.next(serving, "at its start")
	database, redis, broker := w.Server("wallet", "postgres"), w.Server("wallet", "redis"), w.Broker("wallet")
	for _, d := range []struct {
		name, probe string
		cut         func()
		heal        func() error
	}{
		{"the database", "database", database.Cut, database.Heal},
		{"Redis", "redis", redis.Cut, redis.Heal},
		{"the broker", "broker", broker.Cut, broker.Heal},
	} {
		t.Step("cut %s", d.name)
		d.cut()
		when := "while " + d.name + " is away"
		w.becomes("ready", readiness, notServing, when, "a replica that cannot work turns each request into an error that another replica might not give")
		w.becomes("default", "", notServing, when, "most balancers ask for no service in particular: the empty name is readiness")
		w.awaitProbe("metric", d.probe, 0, when, "the metric says which dependency it is")
		w.alive(when)
		t.Step("%s is back", d.name)
		t.Ours("heal "+d.name, d.heal())
		when = "after " + d.name + " has come back"
		w.becomes("never-back", readiness, serving, when, "an outage that is over must not need a person to end it")
		w.becomes("never-back", "", serving, when, "an outage that is over must not need a person to end it")
		w.alive(when)
		changes.next(notServing, "when "+d.name+" went away")
		changes.next(serving, "when "+d.name+" came back")
	}

	t.Step("restart wallet while the broker is away: it lives, and its consumers do not run")
	broker.Cut()
	t.NoError("the restart without a broker", w.service.RestartAlive(t.Context(), nil))
	changes = w.watch(readiness)
	changes.next(notServing, "at a start without a broker")
	w.alive("at a start without a broker")
	t.Ours("heal the broker", broker.Heal())
	changes.next(serving, "once the broker is there")
	changes.end() // the check waits for all that it has started
}
