// Package alerts judges a learner's alert rules by the alerts that they raise over series, whatever the expressions are.
package alerts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/alerting"
	"stagecraft/checker/internal/check"
)

// Names that the lesson demands.
const (
	highErrorRate      = "HighErrorRate"
	slowRequests       = "SlowRequests"
	circuitBreakerOpen = "CircuitBreakerOpen"
	sagaStuck          = "SagaStuck"
	outboxBacklog      = "OutboxBacklog"
	budgetBurn         = "AvailabilityBudgetBurn"

	page    = "page"
	warning = "warning"
)

// files are the learner's.
var files = []string{"observability/alerts.yaml", "observability/slo.yaml"}

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		judged("alerts-errors", "HighErrorRate fires for failures of the service, and for nothing else", errorScenarios),
		judged("alerts-latency", "SlowRequests fires when one request in twenty is slow, and for nothing else", latencyScenarios),
		judged("alerts-breaker", "CircuitBreakerOpen fires when a dependency is not called for a minute", breakerScenarios),
		judged("alerts-messages", "SagaStuck and OutboxBacklog fire when work is left lying, and not when a shop is busy", messageScenarios),
		judged("alerts-burn", "AvailabilityBudgetBurn tells a fast burn from a slow one, and ends with the failures", burnScenarios),
		{
			ID: "alerts-described", Topic: "alerts", Run: described,
			Sentence: "each alert has a severity, a summary and a runbook that exists",
		},
	}
}

func judged(id, sentence string, scenarios func() []scenario) check.Check {
	return check.Check{ID: id, Topic: "alerts", Sentence: sentence, Run: func(t *check.T) {
		rules := load(t)
		for _, s := range scenarios() {
			t.Step("%s", s.title)
			s.judge(t, rules)
		}
	}}
}

// load reads the learner's files as Prometheus does.
func load(t *check.T) *alerting.Rules {
	var paths []string
	for _, file := range files {
		paths = append(paths, filepath.Join(t.Dir(), file))
	}
	rules, err := alerting.Load(paths...)
	if err != nil {
		t.Fail(check.Failure{
			ID: "unreadable", Sentence: "Prometheus would refuse the rules", Expected: "files that `promtool check rules` accepts",
			Seen: strings.ReplaceAll(err.Error(), t.Dir()+string(filepath.Separator), ""),
			Why:  "A Prometheus that cannot read its rules does not start, or goes on with the old ones.",
		})
	}
	return rules
}

func described(t *check.T) {
	rules := load(t)
	severities := map[string][]string{
		highErrorRate: {page}, slowRequests: {warning}, circuitBreakerOpen: {page}, sagaStuck: {page}, outboxBacklog: {page},
		budgetBurn: {page, warning},
	}
	for _, name := range []string{highErrorRate, slowRequests, circuitBreakerOpen, sagaStuck, outboxBacklog, budgetBurn} {
		seen := map[string]bool{}
		for _, rule := range rules.All() {
			if rule.Alert == name {
				seen[rule.Labels["severity"]] = true
				describedRule(t, rule)
			}
		}
		for _, severity := range severities[name] {
			t.True(seen[severity], check.Failure{
				ID: "missing", Sentence: fmt.Sprintf("no rule raises %s with severity %s", name, severity),
				Expected: fmt.Sprintf("an alert %s with the label severity: %s in %s", name, severity, strings.Join(files, " or ")),
				Seen:     fmt.Sprintf("rules of this name with the severities %q", keys(seen)),
				Why:      "The severity decides whether a person is woken up or reads about it in the morning.",
			})
		}
	}
}

func describedRule(t *check.T, rule alerting.Rule) {
	t.True(rule.Annotations["summary"] != "", check.Failure{
		ID: "no-summary", Sentence: rule.Alert + " has no summary", Expected: "the annotation summary: one line that says what is wrong",
		Seen: fmt.Sprintf("annotations %v", keys(rule.Annotations)), Why: "It is all that a pager shows.",
	})
	runbook := rule.Annotations["runbook_url"]
	info, err := os.Stat(filepath.Join(t.Dir(), filepath.FromSlash(runbook)))
	t.True(runbook != "" && err == nil && info.Mode().IsRegular(), check.Failure{
		ID: "no-runbook", Sentence: rule.Alert + " leads to no runbook",
		Expected: "the annotation runbook_url, with the path of a page in docs/runbooks, such as docs/runbooks/high-error-rate.md",
		Seen:     fmt.Sprintf("runbook_url: %q, and no such file", runbook),
		Why:      "A person who was just woken up has to know what to look at first.",
	})
}
