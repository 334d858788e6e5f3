package alerts

import (
	"fmt"
	"strings"
	"time"
)

// bounds are the buckets of the services, as Prometheus stores them.
var bounds = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// took is how many requests took how long, between two samples.
type took struct {
	n       int
	seconds float64
}

// histogram returns the series of a histogram that grows evenly.
func histogram(name, labels string, samples int, requests ...took) []string {
	var series []string
	counts := func(bound float64) (n int) {
		for _, r := range requests {
			if bound < 0 || r.seconds <= bound {
				n += r.n
			}
		}
		return n
	}
	for _, bound := range bounds {
		le := fmt.Sprint(bound)
		if !strings.Contains(le, ".") {
			le += ".0"
		}
		series = append(series, fmt.Sprintf(`%s_bucket{%s, le="%s"} 0+%dx%d`, name, labels, le, counts(bound), samples))
	}
	var sum float64
	for _, r := range requests {
		sum += float64(r.n) * r.seconds
	}
	return append(series, fmt.Sprintf(`%s_bucket{%s, le="+Inf"} 0+%dx%d`, name, labels, counts(-1), samples),
		fmt.Sprintf(`%s_count{%s} 0+%dx%d`, name, labels, counts(-1), samples), fmt.Sprintf(`%s_sum{%s} 0+%gx%d`, name, labels, sum, samples))
}

const (
	manyProbes = "A probe is no request of a customer. Enough of them make every percentile look well."
	longStream = "A stream lasts as long as its client likes: the duration says nothing about the service."
)

func latencyScenarios() []scenario {
	const (
		web     = "http_server_request_duration_seconds"
		call    = "grpc_server_handling_seconds"
		orders  = `service="gateway", method="POST", route="/v1/orders"`
		deduct  = `service="wallet", method="/wallet.v1.WalletService/Deduct"`
		samples = 130
	)
	about := []alert{{slowRequests, ""}}
	slow := func(service string) fire {
		return fire{
			name: slowRequests, labels: map[string]string{"service": service, "severity": warning}, from: 9 * time.Minute, by: 17 * time.Minute,
		}
	}
	join := func(parts ...[]string) (all []string) {
		for _, part := range parts {
			all = append(all, part...)
		}
		return all
	}
	scenarios := []scenario{
		{
			id: "slow", title: "one request in ten takes two seconds", about: about, every: 15 * time.Second, until: 30 * time.Minute,
			why: "The average is 0.2 s and looks well. The 95th percentile is what one customer in twenty waits for.",
			series: join(
				histogram(web, orders+`, instance="a"`, samples, took{180, .02}, took{20, 2}),
				histogram(web, orders+`, instance="b"`, samples, took{180, .02}, took{20, 2}),
				histogram(web, `service="gateway", method="GET", route="/v1/products", instance="a"`, samples, took{40, .01}, took{4, 2}),
				histogram(call, deduct, samples, took{90, .02}, took{10, 3}),
				histogram(call, `service="order", method="/order.v1.OrderService/GetOrder"`, samples, took{97, .02}, took{3, 3}),
			),
			fires: []fire{slow("gateway"), slow("wallet")},
		},
		{
			id: "replica", title: "one replica has a hundredth of the requests, and all of them are slow", about: about, every: 15 * time.Second,
			until: 30 * time.Minute, why: "Percentiles cannot be combined: neither the largest nor the average of two is the one of both. " +
				"Sum the buckets of all replicas and routes, then compute the percentile.",
			series: join(
				histogram(web, orders+`, instance="a"`, samples, took{990, .02}),
				histogram(web, orders+`, instance="b"`, samples, took{10, 4}),
			),
		},
		{
			id: "night", title: "two of four requests at night are slow", about: about, every: 15 * time.Second, until: 40 * time.Minute,
			why:    "Less than ten slow requests in five minutes are no alert.",
			series: few(web, orders),
		},
	}
	for _, route := range probeRoutes {
		scenarios = append(scenarios, scenario{
			id: "probes", title: "one request in ten takes two seconds, among many fast probes of " + route, about: about,
			every: 15 * time.Second, until: 30 * time.Minute, why: manyProbes,
			series: join(
				histogram(web, orders, samples, took{90, .02}, took{10, 2}),
				histogram(web, `service="gateway", method="GET", route="`+route+`"`, samples, took{900, .001}),
			),
			fires: []fire{slow("gateway")},
		})
	}
	for _, method := range probeMethods {
		scenarios = append(scenarios, scenario{
			id: "probes", title: "one request in ten takes three seconds, among many fast probes of /" + method, about: about,
			every: 15 * time.Second, until: 30 * time.Minute, why: manyProbes,
			series: join(
				histogram(call, deduct, samples, took{90, .02}, took{10, 3}),
				histogram(call, `service="wallet", method="/`+method+`"`, samples, took{900, .001}),
			),
			fires: []fire{slow("wallet")},
		})
	}
	for _, route := range []string{"/v1/orders/:id/events", "/v1/products/events"} {
		scenarios = append(scenarios, scenario{
			id: "streams", title: "customers stay for half a minute in the stream of " + route, about: about,
			every: 15 * time.Second, until: 30 * time.Minute, why: longStream,
			series: join(
				histogram(web, orders, samples, took{100, .02}),
				histogram(web, `service="gateway", method="GET", route="`+route+`"`, samples, took{50, 29}),
			),
		})
	}
	for _, method := range []string{"order.v1.OrderService/WatchOrder", "inventory.v1.InventoryService/WatchStock", "order.v1.OrderService/Watch"} {
		service, _, _ := strings.Cut(method, ".")
		scenarios = append(scenarios, scenario{
			id: "streams", title: "customers stay for half a minute in the stream of /" + method, about: about,
			every: 15 * time.Second, until: 30 * time.Minute, why: longStream,
			series: join(
				histogram(call, `service="`+service+`", method="/`+service+`.v1.Any/Get"`, samples, took{100, .02}),
				histogram(call, `service="`+service+`", method="/`+method+`"`, samples, took{50, 29}),
			),
		})
	}
	for _, route := range []string{"/v1/events/:id", "/v1/orders/:id/events/:seq", "/v1/calendar-events"} {
		scenarios = append(scenarios, scenario{
			id: "no-stream", title: "one request of " + route + " in ten takes two seconds", about: about,
			every: 15 * time.Second, until: 30 * time.Minute,
			why:    "The route does not end in /events: it is answered once, and its customers wait for the answer.",
			series: histogram(web, `service="gateway", method="GET", route="`+route+`"`, samples, took{90, .02}, took{10, 2}),
			fires:  []fire{slow("gateway")},
		})
	}
	for _, method := range []string{
		"order.v1.OrderService/ListWatchers", "order.v1.OrderService/GetWatch", "inventory.v1.WatchService/ListAlarms",
	} {
		service, _, _ := strings.Cut(method, ".")
		scenarios = append(scenarios, scenario{
			id: "no-stream", title: "one call of /" + method + " in ten takes three seconds", about: about,
			every: 15 * time.Second, until: 30 * time.Minute,
			why:    "The last part of the method does not begin with Watch: it is answered once, and its callers wait for the answer.",
			series: histogram(call, `service="`+service+`", method="/`+method+`"`, samples, took{90, .02}, took{10, 3}),
			fires:  []fire{slow(service)},
		})
	}
	return append(scenarios, scenario{
		id: "night", title: "two of four requests at night are slow, while customers follow their orders", about: about,
		every: 15 * time.Second, until: 40 * time.Minute,
		why:    "Less than ten slow requests in five minutes are no alert. A stream is none of them: leave it out of their number, too.",
		series: join(few(web, orders), histogram(web, `service="gateway", method="GET", route="/v1/orders/:id/events"`, 170, took{50, 29})),
	})
}

// few returns a histogram with a few requests, half of them slow, every five minutes.
func few(name, labels string) []string {
	fast, all := "", ""
	for i := range 8 {
		fast += fmt.Sprintf(" %dx9 %dx9", 2*i+1, 2*i+2)
		all += fmt.Sprintf(" %dx9 %dx9", 4*i+2, 4*i+4)
	}
	var series []string
	for _, le := range []string{"0.5", "1.0", "2.5"} {
		if le == "2.5" {
			fast = all
		}
		series = append(series, fmt.Sprintf(`%s_bucket{%s, le="%s"}%s`, name, labels, le, fast))
	}
	return append(series, fmt.Sprintf(`%s_bucket{%s, le="+Inf"}%s`, name, labels, all), fmt.Sprintf(`%s_count{%s}%s`, name, labels, all))
}
