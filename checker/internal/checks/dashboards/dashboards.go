// Package dashboards judges a learner's dashboards by the lines that their panels draw over series, whatever the queries are.
package dashboards

import (
	"stagecraft/checker/internal/check"
)

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		drawn("dashboards-rates", "a panel of requests shows all replicas and no probes, after a restart and from far away", rates),
		drawn("dashboards-failures", "a panel of failures shows the share that the services are guilty of, and zero without any", failures),
		drawn("dashboards-durations", "a panel of durations shows the percentile of all replicas together", durations),
		drawn("dashboards-sagas", "the panels of sagas count each saga once, and per minute", sagas),
		drawn("dashboards-outbox", "the panels of the outbox count each event once", outbox),
		drawn("dashboards-slo", "the panels of service levels show how fast the budget goes, and what is left", levels),
	}
}

func drawn(id, sentence string, scenarios func() []scenario) check.Check {
	return check.Check{ID: id, Topic: "observability-stack", Sentence: sentence, Run: func(t *check.T) {
		declared := read(t)
		for _, s := range scenarios() {
			t.Step("%s: %s", s.panel.title, s.title)
			s.judge(t, declared)
		}
	}}
}

// place says where a panel is.
type place struct{ dashboard, row, title string }

func (p place) String() string { return p.dashboard + " / " + p.row + " / " + p.title }

const (
	web  = "Rate, errors, duration: HTTP"
	call = "Rate, errors, duration: gRPC"
)

var (
	requests     = place{"services", web, "Requests a second"}
	webFailures  = place{"services", web, "Failures"}
	webDuration  = place{"services", web, "Duration, 95 %"}
	calls        = place{"services", call, "Calls a second"}
	callFailures = place{"services", call, "Failures"}
	callDuration = place{"services", call, "Duration, 95 %"}

	inProgress   = place{"sagas", "Purchases, cancellations, shipments", "In progress"}
	settled      = place{"sagas", "Purchases, cancellations, shipments", "Settled a minute"}
	sagaDuration = place{"sagas", "Purchases, cancellations, shipments", "Duration, 95 %"}

	notSent = place{"outbox", "From commit to broker", "Events not sent"}
	oldest  = place{"outbox", "From commit to broker", "Age of the oldest"}

	burnRate   = place{"slo", "Availability: 99.9 % of the requests are not answered with 5xx", "Burn rate"}
	budgetLeft = place{"slo", "Availability: 99.9 % of the requests are not answered with 5xx", "Budget that is left, of three days"}
)
