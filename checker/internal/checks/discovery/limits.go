package discovery

import (
	"fmt"
	"net/http"
	"time"

	"stagecraft/checker/internal/check"
)

// What the lesson demands: guesses of one address in a minute, and requests of one token in ten seconds.
const (
	fewestLogins, mostLogins     = 10, 60
	fewestRequests, mostRequests = 100, 1000
	requestWindow                = 10 * time.Second
)

// sent is how many requests come in a row; more than any demanded limit.
const sent = 3000

func limits(t *check.T, g *gateway) {
	g.limitsAreValid(t)
	t.Step("guess passwords")
	login := func(q request) request { q.method, q.path = http.MethodPost, loginPath; return q }
	atLogin := login(from(clientA, "", "", "", token{}))
	g.admitted(t, atLogin)
	passed, refusal := g.start().burst(atLogin, time.Minute)
	t.True(passed <= mostLogins, check.Failure{
		ID: "guesses", Sentence: "one address may guess passwords without end", Expected: fmt.Sprintf("at most %d requests in a minute reach %s", mostLogins, loginPath), Seen: arrived(passed),
		Why: "a list of stolen passwords is tried in an hour",
	})
	t.True(passed >= fewestLogins, check.Failure{
		ID: "too-tight", Sentence: "an office cannot log in", Expected: fmt.Sprintf("at least %d requests in a minute reach %s", fewestLogins, loginPath), Seen: arrived(passed),
		Why: "many people share one address: an office, a mobile network",
	})
	tooMany(t, atLogin, refusal)
	g.ownBudget(t, atLogin, login(from(clientB, "", "", "", token{})), "another client, through the same proxies")
	for _, written := range []string{"192.0.2.1", "10.1.1.1", "192.0.2.1, 10.9.9.9", "unknown"} {
		g.sameBudget(t, atLogin, login(from(clientA, written, "", "", token{})), "the same client, who has written X-Forwarded-For: "+written)
	}
	direct := request{method: http.MethodPost, path: loginPath, peer: clientB}
	forged := direct
	forged.forwarded = "192.0.2.1"
	g.sameBudget(t, direct, forged, "a client that reaches APISIX past the load balancer, and writes X-Forwarded-For: 192.0.2.1")
	invented := atLogin
	invented.token = token{text: "Bearer invented"}
	g.sameBudget(t, atLogin, invented, "the same client with an invented token")

	t.Step("send requests with tokens")
	for _, path := range []string{"/v1/products", eventsPath, stockPath} {
		g.admitted(t, from(clientA, "", http.MethodGet, path, user))
		get := func(client string, by token) request { return from(client, "", http.MethodGet, path, by) }
		one := get(clientA, user)
		passed, refusal := g.start().burst(one, requestWindow)
		t.True(passed <= mostRequests, check.Failure{
			ID: "endless", Sentence: "one token may send requests without end", Expected: fmt.Sprintf("at most %d requests in 10 s reach %s", mostRequests, path), Seen: arrived(passed),
			Why: "a loop in one app takes the capacity of all customers",
		})
		t.True(passed >= fewestRequests, check.Failure{
			ID: "too-tight", Sentence: "an ordinary client is refused", Expected: fmt.Sprintf("at least %d requests in 10 s reach %s", fewestRequests, path), Seen: arrived(passed),
			Why: "an app that starts sends dozens of requests at once",
		})
		tooMany(t, one, refusal)
		g.ownBudget(t, one, get(clientA, token{text: "Bearer user-b", valid: true}), "another user, at the same address")
		g.sameBudget(t, one, get(clientB, user), "the same token, at another address")
		written := from(clientA, "192.0.2.1", http.MethodGet, path, user)
		g.sameBudget(t, one, written, "the same token, with another X-Forwarded-For")
	}
}

// admitted requires that the first request arrives: a limit is seen only then.
func (g *gateway) admitted(t *check.T, q request) {
	a := g.start().handle(q)
	t.True(a.upstream != nil, check.Failure{
		ID: "lost", Sentence: "not even the first request arrives", Expected: q.String() + " reaches a service", Seen: a.String(), Why: "a limit is for what comes too often; discovery-routes says more",
	})
}

func (g *gateway) limitsAreValid(t *check.T) {
	for i := range g.table.Routes {
		l := g.table.Routes[i].Plugins.LimitCount
		t.True(l == nil || l.Count >= 1 && l.TimeWindow >= 1, check.Failure{
			ID: "refused", Sentence: "APISIX does not take the limit of the route " + g.table.Routes[i].ID, Expected: "count and time_window of at least 1", Seen: fmt.Sprintf("%+v", l), Why: "the route is left out",
		})
		known := l == nil || l.Policy == "" || l.Policy == "local"
		t.True(known, check.Failure{
			ID: "refused", Sentence: "the limit of the route " + g.table.Routes[i].ID + " counts in Redis", Expected: "policy: local, as the lesson says", Seen: "policy: " + policyOf(l), Why: "APISIX of this lesson reaches no Redis",
		})
	}
}

func policyOf(l *limitCount) string {
	if l == nil {
		return ""
	}
	return l.Policy
}

func arrived(n int) string {
	if n >= sent {
		return fmt.Sprintf("all %d requests arrived", sent)
	}
	return fmt.Sprintf("%d arrived", n)
}

// burst sends requests for a time, evenly, and returns how many arrived and the first refusal.
func (r *running) burst(q request, during time.Duration) (passed int, refusal answer) {
	begin := r.now
	for i := range sent {
		r.now = begin + during*time.Duration(i)/sent
		a := r.handle(q)
		switch {
		case a.upstream != nil:
			passed++
		case refusal.status == 0:
			refusal = a
		}
	}
	return passed, refusal
}

func tooMany(t *check.T, q request, refusal answer) {
	t.True(refusal.status == http.StatusTooManyRequests, check.Failure{
		ID: "status", Sentence: "a client that sends too much is told something else", Expected: q.String() + ", too often: 429 from limit-count", Seen: refusal.String(),
		Why: "APISIX' own status is 503: it says that the shop is down, and clients repeat the request at once",
	})
}

// spent is APISIX after q has used up its budget.
func (g *gateway) spent(q request) *running {
	r := g.start()
	for range sent {
		r.handle(q)
	}
	return r
}

func (g *gateway) ownBudget(t *check.T, q, other request, who string) {
	a := g.spent(q).handle(other)
	t.True(a.upstream != nil, check.Failure{
		ID: "shared", Sentence: "one client uses up the budget of another", Expected: other.String() + ", from " + who + ", arrives", Seen: a.String(),
		Why: "all clients of a proxy, or all users, are refused because one of them sends too much",
	})
}

func (g *gateway) sameBudget(t *check.T, q, again request, who string) {
	a := g.spent(q).handle(again)
	t.True(a.upstream == nil, check.Failure{
		ID: "second-budget", Sentence: "a client gets a second budget", Expected: again.String() + " is refused, because the budget is used up; it comes from " + who, Seen: a.String(),
		Why: "what a client can write, they can write differently in each request: the limit limits nothing",
	})
}
