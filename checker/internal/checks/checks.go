// Package checks is the list of all checks of all lessons.
package checks

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/alerts"
	"stagecraft/checker/internal/checks/asyncsaga"
	"stagecraft/checker/internal/checks/auth"
	"stagecraft/checker/internal/checks/cache"
	"stagecraft/checker/internal/checks/chaos"
	"stagecraft/checker/internal/checks/circuitbreaker"
	"stagecraft/checker/internal/checks/config"
	"stagecraft/checker/internal/checks/consumer"
	"stagecraft/checker/internal/checks/dashboards"
	"stagecraft/checker/internal/checks/deadletters"
	"stagecraft/checker/internal/checks/deadlines"
	"stagecraft/checker/internal/checks/dependencyrule"
	"stagecraft/checker/internal/checks/discovery"
	"stagecraft/checker/internal/checks/dispatcher"
	"stagecraft/checker/internal/checks/disruption"
	"stagecraft/checker/internal/checks/distributedlock"
	"stagecraft/checker/internal/checks/domainerrors"
	"stagecraft/checker/internal/checks/eventsourcing"
	"stagecraft/checker/internal/checks/eventversions"
	"stagecraft/checker/internal/checks/fastidempotency"
	"stagecraft/checker/internal/checks/gateway"
	"stagecraft/checker/internal/checks/health"
	"stagecraft/checker/internal/checks/idempotency"
	"stagecraft/checker/internal/checks/images"
	"stagecraft/checker/internal/checks/incidentasync"
	"stagecraft/checker/internal/checks/incidentmvp"
	"stagecraft/checker/internal/checks/interceptors"
	"stagecraft/checker/internal/checks/jobs"
	"stagecraft/checker/internal/checks/messagetracing"
	"stagecraft/checker/internal/checks/migrations"
	"stagecraft/checker/internal/checks/money"
	"stagecraft/checker/internal/checks/monorepo"
	"stagecraft/checker/internal/checks/observability"
	"stagecraft/checker/internal/checks/orderstate"
	"stagecraft/checker/internal/checks/outbox"
	"stagecraft/checker/internal/checks/outboxrelay"
	"stagecraft/checker/internal/checks/overload"
	"stagecraft/checker/internal/checks/pagination"
	"stagecraft/checker/internal/checks/pipeline"
	"stagecraft/checker/internal/checks/protocontract"
	"stagecraft/checker/internal/checks/readmodel"
	"stagecraft/checker/internal/checks/repository"
	"stagecraft/checker/internal/checks/restapi"
	"stagecraft/checker/internal/checks/retries"
	"stagecraft/checker/internal/checks/rollout"
	"stagecraft/checker/internal/checks/saga"
	"stagecraft/checker/internal/checks/sagatimeout"
	"stagecraft/checker/internal/checks/sampling"
	"stagecraft/checker/internal/checks/shutdown"
	"stagecraft/checker/internal/checks/wiring"
	"stagecraft/checker/internal/checks/written"
	"stagecraft/checker/internal/checks/zerodowntime"
)

// topics is where each topic's package adds its checks, one line each: domain.Checks,
var topics = []func() []check.Check{
	alerts.Checks,
	orderstate.Checks,
	money.Checks,
	observability.Checks,
	dependencyrule.Checks,
	wiring.Checks,
	dispatcher.Checks,
	distributedlock.Checks,
	fastidempotency.Checks,
	idempotency.Checks,
	incidentasync.Checks,
	incidentmvp.Checks,
	interceptors.Checks,
	protocontract.Checks,
	jobs.Checks,
	deadlines.Checks,
	saga.Checks,
	outbox.Checks,
	outboxrelay.Checks,
	overload.Checks,
	repository.Checks,
	pagination.Checks,
	consumer.Checks,
	asyncsaga.Checks,
	sagatimeout.Checks,
	readmodel.Checks,
	eventsourcing.Checks,
	eventversions.Checks,
	messagetracing.Checks,
	cache.Checks,
	circuitbreaker.Checks,
	config.Checks,
	shutdown.Checks,
	deadletters.Checks,
	domainerrors.Checks,
	gateway.Checks,
	restapi.Checks,
	health.Checks,
	retries.Checks,
	chaos.Checks,
	migrations.Checks,
	images.Checks,
	pipeline.Checks,
	monorepo.Checks,
	disruption.Checks,
	discovery.Checks,
	dashboards.Checks,
	auth.Checks,
	rollout.Checks,
	sampling.Checks,
	written.Checks,
	zerodowntime.Checks,
}

// All returns every check. It panics when two have the same id: an author's mistake that a test finds.
func All() []check.Check {
	var all []check.Check
	seen := map[string]bool{}
	for _, topic := range topics {
		for _, c := range topic() {
			if seen[c.ID] {
				panic(fmt.Sprintf("two checks are called %s", c.ID))
			}
			seen[c.ID] = true
			all = append(all, c)
		}
	}
	return all
}

// Package returns the import path of the package that defines the check, or "" when there is no such check.
func Package(id string) string {
	for _, topic := range topics {
		if slices.ContainsFunc(topic(), func(c check.Check) bool { return c.ID == id }) {
			name := runtime.FuncForPC(reflect.ValueOf(topic).Pointer()).Name()
			return name[:strings.LastIndex(name, ".")]
		}
	}
	return ""
}

// Find returns the checks with the given ids, in that order.
func Find(ids ...string) ([]check.Check, error) {
	all := All()
	found := make([]check.Check, 0, len(ids))
	for _, id := range ids {
		i := slices.IndexFunc(all, func(c check.Check) bool { return c.ID == id })
		if i < 0 {
			return nil, fmt.Errorf("no check is called %q", id)
		}
		found = append(found, all[i])
	}
	return found, nil
}
