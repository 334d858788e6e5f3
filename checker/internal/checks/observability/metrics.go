package observability

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"shop/paymentsim"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
	"stagecraft/checker/internal/telemetry"
)

const (
	httpRequests = "http_server_requests_total"
	httpDuration = "http_server_request_duration_seconds"
	grpcHandled  = "grpc_server_handled_total"
	grpcDuration = "grpc_server_handling_seconds"
	paidDuration = "payment_provider_request_duration_seconds"
)

// sent is one kind of request and what it must be counted as.
type sent struct {
	what                  string
	ask                   stack.Ask
	times, status         int
	method, route         string
	service, call, answer string // the call of a service that it makes, if any
}

// metrics sends known numbers of requests and compares.
func metrics(t *check.T) {
	s := openShop(t)
	accepted := s.buys(s.purchase(), "a purchase").Status
	kinds := []sent{
		{"purchases", s.purchase(), 3, accepted, "POST", "/v1/orders", "order", "CreateOrder", "OK"},
		{"orders that do not exist", stack.Ask{Method: "GET", Path: "/v1/orders/" + uuid.NewString(), User: s.Buyer}, 4, 404, "GET", "/v1/orders/:id", "order", "GetOrder", "NotFound"},
		{"requests without a token", stack.Ask{Method: "GET", Path: "/v1/orders"}, 2, 401, "GET", "/v1/orders", "", "", ""},
		{"paths without a route", stack.Ask{Method: "GET", Path: "/wp-login.php"}, 5, 404, "any", "unmatched", "", "", ""},
		{"methods without a route", stack.Ask{Method: "PUT", Path: "/v1/orders", User: s.Buyer}, 2, 405, "any", "unmatched", "", "", ""},
	}
	before := map[string]telemetry.Metrics{"gateway": s.scrape(t.Context(), "gateway"), "order": s.scrape(t.Context(), "order")}
	for _, kind := range kinds {
		t.Step("send %d %s", kind.times, kind.what)
		for range kind.times {
			kind.ask.Key = uuid.NewString()
			s.answers(kind.ask, "one of the "+kind.what, kind.status)
		}
	}
	for _, kind := range kinds {
		labels := map[string]string{"method": kind.method, "route": kind.route, "status": fmt.Sprint(kind.status)}
		s.grows("gateway", before, httpRequests, labels, kind.times, kind.what)
		if kind.service != "" {
			method := s.method(kind.service, kind.call)
			s.grows(kind.service, before, grpcHandled, map[string]string{"method": method, "code": kind.answer}, kind.times, kind.what)
		}
	}
	s.grows("gateway", before, httpRequests, nil, 16, "all requests together")
	s.grows("gateway", before, httpDuration, nil, 16, "all requests together")
	s.exemplars()
	s.seconds()
	s.bounded()
}

// method returns the full name of a method as the metrics of a service have it.
func (s *shop) method(service, name string) string {
	for _, value := range s.scrape(s.T.Context(), service).Values(grpcHandled, "method") {
		if strings.HasSuffix(value, "/"+name) {
			return value
		}
	}
	return name
}

// grows compares how much a metric has grown since before.
func (s *shop) grows(service string, before map[string]telemetry.Metrics, family string, labels map[string]string, want int, what string) {
	was, _ := before[service].Sum(family, labels)
	var seen float64
	ok := s.T.Within(patience, func() bool { // the answer may arrive before the request is counted
		is, _ := s.scrape(s.T.Context(), service).Sum(family, labels)
		seen = is - was
		return seen == float64(want)
	})
	s.T.True(ok, check.Failure{
		ID: "count", Sentence: fmt.Sprintf("%s of %s does not count %s", family, service, what), Expected: fmt.Sprintf("%v +%d", labels, want), Seen: fmt.Sprintf("+%g", seen),
		Why: "Rate and errors come from these counts. What is not counted, or counted as something else, no alert sees.",
	})
}

var exemplarLine = regexp.MustCompile(`(?m)^(\w+)_bucket\{.*# \{.*trace_id="([0-9a-f]+)".*\} `)

// openMetrics reads the metrics of a service in the format that has exemplars.
func (s *shop) openMetrics(ctx context.Context, service string) string {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Service(service).MetricsAddr+"/metrics", nil)
	s.T.Ours("ask for the metrics", err)
	request.Header.Set("Accept", "application/openmetrics-text;version=1.0.0")
	response, err := http.DefaultClient.Do(request)
	s.T.NoError("read the metrics of "+service, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	s.T.NoError("read the metrics of "+service, err)
	return string(text)
}

// exemplars fails unless the histograms lead to traces that exist.
func (s *shop) exemplars() {
	s.T.Step("follow the exemplars to their traces")
	for service, family := range map[string]string{"gateway": httpDuration, "order": grpcDuration, "inventory": grpcDuration, "wallet": grpcDuration} {
		var found []string
		for _, match := range exemplarLine.FindAllStringSubmatch(s.openMetrics(s.T.Context(), service), -1) {
			if match[1] == family {
				found = append(found, match[2])
			}
		}
		s.T.True(len(found) > 0, check.Failure{
			ID: "exemplar", Sentence: family + " of " + service + " has no exemplar", Expected: `in the OpenMetrics format: # {trace_id="…"}`, Seen: "none",
			Why: "A graph shows that requests are slow. The exemplar leads to one of them.",
		})
		var unknown string
		ok := s.T.Within(patience, func() bool {
			known := map[string]bool{}
			for _, span := range s.spans.Service(service) {
				known[span.TraceID] = true
			}
			at := slices.IndexFunc(found, func(id string) bool { return !known[id] })
			if at >= 0 {
				unknown = found[at]
			}
			return at < 0
		})
		s.T.True(ok, check.Failure{
			ID: "exemplar", Sentence: "an exemplar of " + family + " of " + service + " leads to no trace", Expected: "the id of a trace with a span of " + service, Seen: unknown,
			Why: "A link that leads nowhere is found out in the middle of the night.",
		})
	}
}

// seconds lets the payment provider be slow, and compares the time that was measured.
func (s *shop) seconds() {
	const delay = 120 * time.Millisecond
	s.T.Step("pay with a card while the provider takes %s", delay)
	labels := map[string]string{"operation": "charge"}
	before, count := s.sum(paidDuration, labels)
	s.T.Ours("slow the provider down", s.Provider.SetFaults(0, paymentsim.Fault{Kind: paymentsim.Delay, Operation: paymentsim.OpCharge, Count: 1, DelayMS: int(delay.Milliseconds())}))
	begin := time.Now()
	s.answers(s.topUp("tok_visa"), "a top-up by card", http.StatusCreated)
	took := time.Since(begin)
	after, counted := s.sum(paidDuration, labels)
	measured := after - before
	s.T.True(counted == count+1 && measured >= 0.9*delay.Seconds() && measured <= took.Seconds(), check.Failure{
		ID: "seconds", Sentence: paidDuration + " is wrong for a call that takes " + delay.String(),
		Expected: fmt.Sprintf("one call more, and between %.2f and %.2f seconds more", delay.Seconds(), took.Seconds()), Seen: fmt.Sprintf("%d more, %g more", counted-count, measured),
		Why: "The name and the buckets say seconds. With another unit all calls fall into one bucket, and each quantile is wrong.",
	})
}

// sum is what a histogram of wallet has measured, and how often.
func (s *shop) sum(family string, labels map[string]string) (total float64, count uint64) {
	for _, m := range s.scrape(s.T.Context(), "wallet")[family].GetMetric() {
		for _, l := range m.GetLabel() {
			if labels[l.GetName()] == l.GetValue() {
				total += m.GetHistogram().GetSampleSum()
				count += m.GetHistogram().GetSampleCount()
			}
		}
	}
	return total, count
}

// bounded sends requests that differ in what clients choose, and counts the series of all services.
func (s *shop) bounded() {
	const different = 200
	s.T.Step("send %d requests with different ids, paths, methods, queries and users", different)
	send := func(i int) {
		id, user := uuid.NewString(), s.Buyer
		if i > 0 {
			user = uuid.NewString()
		}
		asks := []stack.Ask{
			{Method: "GET", Path: "/v1/orders/" + id, User: user},
			{Method: "GET", Path: "/nothing/" + id},
			{Method: fmt.Sprint("BREW", i), Path: "/v1/orders", User: user},
			{Method: "GET", Path: "/v1/wallets/me?currency=EUR&page=" + id, User: user},
			{Method: "GET", Path: "/v1/stock/" + id, User: user, Roles: []string{"admin"}},
		}
		s.do(asks[i%len(asks)])
	}
	for i := range 5 {
		send(i)
	}
	before := s.families()
	s.T.Together(8, func(n int) {
		for i := n; i < different; i += 8 {
			send(5 + i)
		}
	})
	after := s.families()
	var grown []string
	for family, n := range after {
		if n > before[family] {
			grown = append(grown, fmt.Sprintf("%s: %d more", family, n-before[family]))
		}
	}
	slices.Sort(grown)
	s.T.True(len(grown) == 0, check.Failure{
		ID: "bounded", Sentence: "the number of series grows with what clients send", Expected: "as many series as before", Seen: strings.Join(grown, ", "),
		Why: "Each series costs memory until the process ends. A crawler could stop Prometheus, and with it all alerts.",
	})
}

// families counts the series of each family of each service, those of the runtime left out.
func (s *shop) families() map[string]int {
	count := map[string]int{}
	for _, service := range stack.Names() {
		for name, family := range s.scrape(s.T.Context(), service) {
			if !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") {
				count[service+" "+name] = len(family.GetMetric())
			}
		}
	}
	return count
}
