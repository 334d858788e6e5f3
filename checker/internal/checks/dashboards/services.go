package dashboards

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// webSeries is the counter of the gateway's requests.
func webSeries(route, status, instance, values string) string {
	return fmt.Sprintf(`http_server_requests_total{service="gateway", method="GET", route=%q, status=%q, instance=%q} %s`, route, status, instance, values)
}

func posted(route, status, instance, values string) string {
	return strings.Replace(webSeries(route, status, instance, values), `"GET"`, `"POST"`, 1)
}

// callSeries is the counter of a service's calls.
func callSeries(service, method, code, instance, values string) string {
	return fmt.Sprintf(`grpc_server_handled_total{service=%q, method=%q, code=%q, instance=%q} %s`, service, method, code, instance, values)
}

const (
	orders, stock = "/v1/orders", "/v1/stock/:sku"
	getOrder      = "/order.v1.OrderService/GetOrder"
	createOrder   = "/order.v1.OrderService/CreateOrder"
	deduct        = "/wallet.v1.WalletService/Deduct"

	quarter = 15 * time.Minute
	// far is $__rate_interval of a panel that shows a week.
	far = "10m15s"
)

var (
	probeRoutes  = []string{"/healthz", "/livez", "/readyz"}
	probeMethods = []string{"/grpc.health.v1.Health/Check", "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"}
)

func rates() []scenario {
	const (
		twoReplicas = "There are several replicas, and a line of each status: a customer asks for the sum."
		probes      = "A probe is no request of a customer. In a small shop there are more of them than of all others."
		resets      = "A counter begins again at zero with its process. rate knows that of each series; of a sum it does not: take rate first."
		zoomed      = "A panel of a week has a point for every ten minutes. $__rate_interval covers all that lies between two points; a fixed time shows what was in it by chance."
		recent      = "With a fixed time of several minutes a rise looks slow, and a short one small. $__rate_interval is as short as the points allow."
		choice      = "$service is what was chosen above the panels: a query without it shows all, whatever is chosen."
	)
	all := []string{
		webSeries(orders, "202", "a", "0+30x200"), posted(orders, "202", "b", "0+10x200"), posted(orders, "503", "b", "0+20x200"),
		webSeries(stock, "200", "a", "0+15x200"),
	}
	many := []string{
		callSeries("order", getOrder, "OK", "a", "0+45x200"), callSeries("order", createOrder, "NotFound", "b", "0+15x200"), callSeries("wallet", deduct, "OK", "a", "0+30x200"),
	}
	scenarios := []scenario{
		{id: "sum", panel: requests, title: "two replicas answer requests of two routes", why: twoReplicas, at: quarter, series: all, want: map[string]between{orders: about(4), stock: about(1)}},
		{
			id: "restart", panel: requests, title: "one of two replicas was restarted half a minute ago", why: resets, at: quarter,
			series: []string{webSeries(orders, "202", "a", "0+30x58 0+30x100"), webSeries(orders, "202", "b", "90000+30x200")}, want: map[string]between{orders: {2.5, 4.5}},
		},
		{
			id: "recent", panel: requests, title: "the load has doubled two minutes ago", why: recent, at: quarter,
			series: []string{webSeries(orders, "202", "a", "0+30x51 1590+60x100")}, want: map[string]between{orders: about(4)},
		},
		{
			id: "zoom", panel: requests, title: "seen from far away: six hundred requests came in one minute, eight minutes ago", why: zoomed, at: time.Hour, interval: far,
			series: []string{webSeries(orders, "202", "a", "0x208 150 300 450 600x100")}, want: map[string]between{orders: about(600.0 / 615)},
		},
		{
			id: "choice", panel: requests, title: "only the gateway is chosen, and another service answers HTTP as well", why: choice, at: quarter, services: "gateway",
			series: append([]string{`http_server_requests_total{service="backoffice", method="GET", route="/v1/reports", status="200", instance="a"} 0+30x200`}, all...),
			want:   map[string]between{orders: about(4), stock: about(1)},
		},
		{
			id: "sum", panel: requests, title: "two services answer the same route", why: "The line is of the route: sum over all else.", at: quarter,
			series: []string{webSeries(orders, "202", "a", "0+30x200"), strings.Replace(webSeries(orders, "202", "a", "0+30x200"), "gateway", "order", 1)}, want: map[string]between{orders: about(4)},
		},
		{
			id: "probes", panel: requests, title: "a route that begins like a probe", why: "Probes are these three routes, and no others.", at: quarter,
			series: []string{webSeries("/livestreams", "200", "a", "0+60x200")}, want: map[string]between{"/livestreams": about(4)},
		},
		{
			id: "probes", panel: calls, title: "a service whose name begins with grpc", why: "In a regular expression a dot is any character.", at: quarter,
			series: []string{callSeries("order", "/grpcbridge.v1.Bridge/Send", "OK", "a", "0+60x200")}, want: map[string]between{"order": about(4)},
		},
		{
			id: "recent", panel: calls, title: "the load has doubled two minutes ago", why: recent, at: quarter,
			series: []string{callSeries("order", getOrder, "OK", "a", "0+30x51 1590+60x100")}, want: map[string]between{"order": about(4)},
		},
		{id: "sum", panel: calls, title: "three replicas of two services answer calls", why: twoReplicas, at: quarter, series: many, want: map[string]between{"order": about(4), "wallet": about(2)}},
		{
			id: "restart", panel: calls, title: "one of two replicas was restarted half a minute ago", why: resets, at: quarter,
			series: []string{callSeries("order", getOrder, "OK", "a", "0+30x58 0+30x100"), callSeries("order", getOrder, "OK", "b", "90000+30x200")}, want: map[string]between{"order": {2.5, 4.5}},
		},
		{
			id: "zoom", panel: calls, title: "seen from far away: six hundred calls came in one minute, eight minutes ago", why: zoomed, at: time.Hour, interval: far,
			series: []string{callSeries("wallet", deduct, "OK", "a", "0x208 150 300 450 600x100")}, want: map[string]between{"wallet": about(600.0 / 615)},
		},
		{id: "choice", panel: calls, title: "only wallet is chosen", why: choice, at: quarter, services: "wallet", series: many, want: map[string]between{"wallet": about(2)}},
	}
	for _, route := range probeRoutes {
		scenarios = append(scenarios, scenario{
			id: "probes", panel: requests, title: "many probes of " + route, why: probes, at: quarter, want: map[string]between{orders: about(4), stock: about(1)},
			series: append([]string{webSeries(route, "200", "a", "0+150x200")}, all...),
		})
	}
	for _, method := range probeMethods {
		scenarios = append(scenarios, scenario{
			id: "probes", panel: calls, title: "many calls of " + method, why: probes, at: quarter, want: map[string]between{"order": about(4), "wallet": about(2)},
			series: append([]string{callSeries("order", method, "OK", "a", "0+150x200")}, many...),
		})
	}
	return scenarios
}

func failures() []scenario {
	const (
		share   = "The share is the failed requests of all replicas through all requests of all replicas, of each service."
		guilt   = "What a client did wrong, or gave up, is no failure of the service: it did what it should."
		zero    = "A counter exists from its first failure on. Before that the division has no result, and an empty panel looks like a broken one: `or 0 * …` fills it in."
		probes  = "A probe is no request of a customer, whether it succeeds or fails."
		average = "The mean of the shares of two replicas is not the share of both: divide sums."
		choice  = "$service is what was chosen above the panels."
		recent  = "With a fixed time of several minutes, or since the start, a fault that has just begun looks small."
		zoomed  = "A panel of a week has a point for every ten minutes. $__rate_interval covers all that lies between two points."
	)
	good := webSeries(orders, "202", "a", "0+90x200")
	fine := callSeries("order", getOrder, "OK", "a", "0+90x200")
	scenarios := []scenario{
		{
			id: "average", panel: webFailures, title: "one replica of two has a tenth of the requests, and fails them all", why: average, at: quarter,
			series: []string{good, webSeries(orders, "500", "b", "0+10x200")}, want: map[string]between{"gateway": about(0.1)},
		},
		{
			id: "guilt", panel: webFailures, title: "clients ask for what does not exist, are refused, or leave", why: guilt, at: quarter,
			series: []string{
				webSeries(orders, "202", "a", "0+50x200"), webSeries(orders, "404", "a", "0+20x200"), webSeries(orders, "409", "a", "0+10x200"), webSeries(orders, "429", "a", "0+5x200"),
				webSeries(orders, "499", "a", "0+5x200"), webSeries(orders, "500", "a", "0+10x200"),
			}, want: map[string]between{"gateway": about(0.1)},
		},
		{id: "zero", panel: webFailures, title: "no request has failed yet", why: zero, at: quarter, series: []string{good}, want: map[string]between{"gateway": {0, 0}}},
		{
			id: "average", panel: callFailures, title: "one replica of two has a tenth of the calls, and fails them all; another service fails none", why: average, at: quarter,
			series: []string{fine, callSeries("order", createOrder, "Unavailable", "b", "0+10x200"), callSeries("wallet", deduct, "OK", "a", "0+90x200")},
			want:   map[string]between{"order": about(0.1), "wallet": {0, 0}},
		},
		{id: "zero", panel: callFailures, title: "no call has failed yet", why: zero, at: quarter, series: []string{fine}, want: map[string]between{"order": {0, 0}}},
		{
			id: "choice", panel: callFailures, title: "only order is chosen", why: choice, at: quarter, services: "order",
			series: []string{fine, callSeries("order", getOrder, "Internal", "a", "0+10x200"), callSeries("wallet", deduct, "Internal", "a", "0+90x200")},
			want:   map[string]between{"order": about(0.1)},
		},
	}
	for _, f := range []struct {
		panel        place
		name         string
		fine, failed func(values string) string
	}{
		{webFailures, "gateway", func(v string) string { return webSeries(orders, "202", "a", v) }, func(v string) string { return webSeries(orders, "500", "a", v) }},
		{callFailures, "order", func(v string) string { return callSeries("order", getOrder, "OK", "a", v) }, func(v string) string { return callSeries("order", getOrder, "Internal", "a", v) }},
	} {
		scenarios = append(scenarios, scenario{
			id: "recent", panel: f.panel, title: "failures have begun two minutes ago", why: recent, at: quarter,
			series: []string{f.fine("0+90x200"), f.failed("0x51 10+10x100")}, want: map[string]between{f.name: about(0.1)},
		}, scenario{
			id: "zoom", panel: f.panel, title: "seen from far away: six hundred failures in one minute, eight minutes ago", why: zoomed, at: time.Hour, interval: far,
			series: []string{f.fine("0+100x300"), f.failed("0x208 150 300 450 600x100")}, want: map[string]between{f.name: about(600.0 / 4700)},
		})
	}
	scenarios = append(scenarios, scenario{
		id: "choice", panel: webFailures, title: "only the gateway is chosen, and another service fails", why: choice, at: quarter, services: "gateway",
		series: []string{good, webSeries(orders, "500", "a", "0+10x200"), `http_server_requests_total{service="backoffice", method="GET", route="/v1/reports", status="500", instance="a"} 0+30x200`},
		want:   map[string]between{"gateway": about(0.1)},
	})
	for _, status := range []string{"500", "502", "503", "504"} {
		scenarios = append(scenarios, scenario{
			id: "share", panel: webFailures, title: "one request in ten is answered with " + status, why: share, at: quarter,
			series: []string{good, webSeries(orders, status, "a", "0+5x200"), webSeries(stock, status, "b", "0+5x200")}, want: map[string]between{"gateway": about(0.1)},
		})
	}
	for _, code := range []string{"Unknown", "DeadlineExceeded", "Internal", "Unavailable", "DataLoss"} {
		scenarios = append(scenarios, scenario{
			id: "share", panel: callFailures, title: "one call in ten ends with " + code, why: share, at: quarter,
			series: []string{fine, callSeries("order", getOrder, code, "a", "0+10x200")}, want: map[string]between{"order": about(0.1)},
		})
	}
	for _, code := range []string{"NotFound", "InvalidArgument", "AlreadyExists", "PermissionDenied", "Unauthenticated", "FailedPrecondition", "Aborted", "OutOfRange", "Canceled", "ResourceExhausted"} {
		scenarios = append(scenarios, scenario{
			id: "guilt", panel: callFailures, title: "half of the calls end with " + code, why: guilt, at: quarter,
			series: []string{callSeries("order", getOrder, "OK", "a", "0+40x200"), callSeries("order", getOrder, code, "a", "0+50x200"), callSeries("order", getOrder, "Internal", "a", "0+10x200")},
			want:   map[string]between{"order": about(0.1)},
		})
	}
	for _, route := range probeRoutes {
		scenarios = append(scenarios, scenario{
			id: "probes", panel: webFailures, title: "one request in ten fails, among many successful probes of " + route, why: probes, at: quarter,
			series: []string{good, webSeries(orders, "500", "a", "0+10x200"), webSeries(route, "200", "a", "0+900x200")}, want: map[string]between{"gateway": about(0.1)},
		}, scenario{
			id: "probes", panel: webFailures, title: "one request in ten fails, and all probes of " + route, why: probes, at: quarter,
			series: []string{good, webSeries(orders, "500", "a", "0+10x200"), webSeries(route, "503", "a", "0+100x200")}, want: map[string]between{"gateway": about(0.1)},
		})
	}
	for _, method := range probeMethods {
		scenarios = append(scenarios, scenario{
			id: "probes", panel: callFailures, title: "one call in ten fails, among many successful calls of " + method, why: probes, at: quarter,
			series: []string{fine, callSeries("order", getOrder, "Internal", "a", "0+10x200"), callSeries("order", method, "OK", "a", "0+900x200")}, want: map[string]between{"order": about(0.1)},
		}, scenario{
			id: "probes", panel: callFailures, title: "one call in ten fails, and all of " + method, why: probes, at: quarter,
			series: []string{fine, callSeries("order", getOrder, "Internal", "a", "0+10x200"), callSeries("order", method, "Unavailable", "a", "0+100x200")}, want: map[string]between{"order": about(0.1)},
		})
	}
	return scenarios
}

// took is how many requests took how long, between two samples.
type took struct {
	n       int
	seconds float64
}

// histogram returns the series of a histogram that grows evenly.
func histogram(name, labels string, requests ...took) []string {
	var series []string
	for _, bound := range []string{"0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "+Inf"} {
		n := 0
		for _, r := range requests {
			var least float64
			if _, err := fmt.Sscan(bound, &least); err != nil || r.seconds <= least {
				n += r.n
			}
		}
		series = append(series, fmt.Sprintf(`%s_bucket{%s, le=%q} 0+%dx200`, name, labels, bound, n))
	}
	all, sum := 0, 0.0
	for _, r := range requests {
		all, sum = all+r.n, sum+float64(r.n)*r.seconds
	}
	return append(series, fmt.Sprintf(`%s_count{%s} 0+%dx200`, name, labels, all), fmt.Sprintf(`%s_sum{%s} 0+%gx200`, name, labels, sum))
}

var evenly = regexp.MustCompile(` 0\+(\d+)x200$`)

// follow gives evenly growing series other values, by how much they grow between two samples.
func follow(series []string, values func(n int) string) []string {
	var all []string
	for _, one := range series {
		all = append(all, evenly.ReplaceAllStringFunc(one, func(found string) string {
			n, _ := strconv.Atoi(evenly.FindStringSubmatch(found)[1])
			return " " + values(n)
		}))
	}
	return all
}

func durations() []scenario {
	const (
		percentile = "The mean is 0.2 s and looks well. One customer in ten waits for two seconds."
		replica    = "Percentiles cannot be combined: neither the largest nor the mean of two is the one of both. Sum the buckets of all replicas by le, then take the percentile."
		lines      = "The legend asks for a line of its own for each of them: sum by le and by that label."
		probes     = "A probe is no call of a customer. Enough of them make every percentile look well."
		choice     = "$service is what was chosen above the panels."
		recent     = "Buckets since the start of the process, or of a fixed time of several minutes, do not show what has just begun."
		zoomed     = "A panel of a week has a point for every ten minutes. $__rate_interval covers all that lies between two points."
	)
	join := func(parts ...[]string) []string {
		var all []string
		for _, part := range parts {
			all = append(all, part...)
		}
		return all
	}
	slow := between{1, 2.5}
	type subject struct {
		panel                place
		metric               string
		one, other           string // labels
		oneName, otherName   string
		again                string // labels of another part of one
		chosen, chosenLabels string
	}
	var scenarios []scenario
	for _, s := range []subject{
		{
			panel: webDuration, metric: "http_server_request_duration_seconds", one: `service="gateway", method="POST", route="/v1/orders"`,
			other: `service="gateway", method="GET", route="/v1/stock/:sku"`, oneName: orders, otherName: stock,
			again:  `service="gateway", method="GET", route="/v1/orders"`,
			chosen: "gateway", chosenLabels: `service="backoffice", method="GET", route="/v1/reports"`,
		},
		{
			panel: callDuration, metric: "grpc_server_handling_seconds", one: `service="wallet", method="/wallet.v1.WalletService/Deduct"`,
			other: `service="order", method="/order.v1.OrderService/GetOrder"`, oneName: "wallet", otherName: "order",
			again:  `service="wallet", method="/wallet.v1.WalletService/Refund"`,
			chosen: "wallet", chosenLabels: `service="inventory", method="/inventory.v1.InventoryService/GetStock"`,
		},
		{
			panel: sagaDuration, metric: "saga_duration_seconds", one: `service="order", type="CREATE_ORDER", outcome="COMPLETED"`,
			other: `service="order", type="CREATE_ORDER", outcome="COMPENSATED"`, oneName: "CREATE_ORDER COMPLETED", otherName: "CREATE_ORDER COMPENSATED",
		},
	} {
		scenarios = append(scenarios,
			scenario{
				id: "percentile", panel: s.panel, title: "one in ten takes two seconds", why: percentile, at: quarter,
				series: histogram(s.metric, s.one+`, instance="a"`, took{90, .02}, took{10, 2}), want: map[string]between{s.oneName: slow},
			},
			scenario{
				id: "percentile", panel: s.panel, title: "three in a hundred take two seconds", why: "95 of 100 are fast, and that is what the title says.", at: quarter,
				series: histogram(s.metric, s.one+`, instance="a"`, took{97, .02}, took{3, 2}), want: map[string]between{s.oneName: {0, 0.05}},
			},
			scenario{
				id: "percentile", panel: s.panel, title: "eight in a hundred take two seconds", why: "The 95th of 100 is one of the slow ones.", at: quarter,
				series: histogram(s.metric, s.one+`, instance="a"`, took{92, .02}, took{8, 2}), want: map[string]between{s.oneName: slow},
			},
			scenario{
				id: "recent", panel: s.panel, title: "one in ten takes two seconds, for two minutes now", why: recent, at: quarter,
				series: join(histogram(s.metric, s.one+`, instance="a"`, took{90, .02}),
					follow(histogram(s.metric, s.one+`, instance="b"`, took{10, 2}), func(n int) string { return fmt.Sprintf("0x51 %d+%dx100", n, n) })),
				want: map[string]between{s.oneName: slow},
			},
			scenario{
				id: "zoom", panel: s.panel, title: "seen from far away: for one minute all were slow, eight minutes ago", why: zoomed, at: time.Hour, interval: far,
				series: join(follow(histogram(s.metric, s.one+`, instance="a"`, took{1, .02}), func(n int) string { return fmt.Sprintf("0+%dx300", n) }),
					follow(histogram(s.metric, s.one+`, instance="b"`, took{150, 2}), func(n int) string { return fmt.Sprintf("0x208 %d %d %d %dx100", n, 2*n, 3*n, 4*n) })),
				want: map[string]between{s.oneName: slow},
			},
			scenario{
				id: "replica", panel: s.panel, title: "one replica of two has a hundredth of the requests, and all of them are slow", why: replica, at: quarter,
				series: join(histogram(s.metric, s.one+`, instance="a"`, took{990, .02}), histogram(s.metric, orElse(s.again, s.one)+`, instance="b"`, took{10, 4})),
				want:   map[string]between{s.oneName: {0, 0.05}},
			},
			scenario{
				id: "lines", panel: s.panel, title: "one kind is slow, and the other is not", why: lines, at: quarter,
				series: join(histogram(s.metric, s.one+`, instance="a"`, took{90, .02}, took{10, 2}), histogram(s.metric, s.other+`, instance="a"`, took{900, .02})),
				want:   map[string]between{s.oneName: slow, s.otherName: {0, 0.05}},
			},
		)
		if s.chosen != "" {
			scenarios = append(scenarios, scenario{
				id: "choice", panel: s.panel, title: "only " + s.chosen + " is chosen", why: choice, at: quarter, services: s.chosen,
				series: join(histogram(s.metric, s.one+`, instance="a"`, took{90, .02}, took{10, 2}), histogram(s.metric, s.chosenLabels+`, instance="a"`, took{90, 4})),
				want:   map[string]between{s.oneName: slow},
			})
		}
	}
	for _, method := range probeMethods {
		scenarios = append(scenarios, scenario{
			id: "probes", panel: callDuration, title: "one call in ten takes two seconds, among many fast calls of " + method, why: probes, at: quarter,
			series: join(histogram("grpc_server_handling_seconds", `service="wallet", method="/wallet.v1.WalletService/Deduct"`, took{90, .02}, took{10, 2}),
				histogram("grpc_server_handling_seconds", `service="wallet", method="`+method+`"`, took{900, .001})),
			want: map[string]between{"wallet": slow},
		})
	}
	return scenarios
}

func sagas() []scenario {
	const (
		once   = "All replicas report the same sagas, which are rows of one table: the sum counts each of them twice."
		lines  = "A line for each type, and others, with their word, for those that are stuck and for those that have failed."
		minute = "The unit of the panel is a minute: a shop with ten orders an hour has 0.0028 a second."
		resets = "A counter begins again at zero with its process: take rate of each replica first, and the sum afterwards."
	)
	gauge := func(name, kind, instance, values string) string {
		return fmt.Sprintf(`%s{service="order", type=%q, instance=%q} %s`, name, kind, instance, values)
	}
	counter := func(kind, outcome, instance, values string) string {
		return fmt.Sprintf(`sagas_total{service="order", type=%q, outcome=%q, instance=%q} %s`, kind, outcome, instance, values)
	}
	progress := func(at time.Duration, id, title, why string, series []string, want map[string]between) scenario {
		return scenario{id: id, panel: inProgress, title: title, why: why, at: at, series: series, want: want}
	}
	return []scenario{
		progress(quarter, "lines", "five purchases are in progress, two of them are stuck, and one cancellation has failed", lines, []string{
			gauge("sagas_unsettled", "CREATE_ORDER", "a", "5x200"), gauge("sagas_stuck", "CREATE_ORDER", "a", "2x200"), gauge("sagas_failed", "CREATE_ORDER", "a", "0x200"),
			gauge("sagas_unsettled", "CANCEL_ORDER", "a", "0x200"), gauge("sagas_stuck", "CANCEL_ORDER", "a", "0x200"), gauge("sagas_failed", "CANCEL_ORDER", "a", "1x200"),
		}, map[string]between{
			"CREATE_ORDER": about(5), "CREATE_ORDER stuck": about(2), "CREATE_ORDER failed": {0, 0}, "CANCEL_ORDER": {0, 0}, "CANCEL_ORDER stuck": {0, 0}, "CANCEL_ORDER failed": about(1),
		}),
		progress(quarter, "once", "two replicas report three sagas in progress, one stuck and one failed", once, []string{
			gauge("sagas_unsettled", "CREATE_ORDER", "a", "3x200"), gauge("sagas_unsettled", "CREATE_ORDER", "b", "3x200"),
			gauge("sagas_stuck", "CREATE_ORDER", "a", "1x200"), gauge("sagas_stuck", "CREATE_ORDER", "b", "1x200"),
			gauge("sagas_failed", "CREATE_ORDER", "a", "1x200"), gauge("sagas_failed", "CREATE_ORDER", "b", "1x200"),
		}, map[string]between{"CREATE_ORDER": about(3), "CREATE_ORDER stuck": about(1), "CREATE_ORDER failed": about(1)}),
		{
			id: "minute", panel: settled, title: "two replicas complete thirty purchases a minute, and undo six", why: minute, at: quarter,
			series: []string{
				counter("CREATE_ORDER", "COMPLETED", "a", "0+5x200"), counter("CREATE_ORDER", "COMPLETED", "b", "0+2.5x200"), counter("CREATE_ORDER", "COMPENSATED", "a", "0+1.5x200"),
				counter("CANCEL_ORDER", "COMPLETED", "b", "0+1x200"),
			}, want: map[string]between{"CANCEL_ORDER COMPLETED": about(4), "CREATE_ORDER COMPLETED": about(30), "CREATE_ORDER COMPENSATED": about(6)},
		},
		{
			id: "recent", panel: settled, title: "twice as many for two minutes now", why: "With a fixed time of several minutes a rise looks slow.", at: quarter,
			series: []string{counter("CREATE_ORDER", "COMPLETED", "a", "0+5x51 265+10x100")}, want: map[string]between{"CREATE_ORDER COMPLETED": about(40)},
		},
		progress(quarter, "lines", "two sagas were stuck until two minutes ago", "The panel shows what is in progress now.", []string{
			gauge("sagas_unsettled", "CREATE_ORDER", "a", "6x51 3x100"), gauge("sagas_stuck", "CREATE_ORDER", "a", "2x51 0x100"), gauge("sagas_failed", "CREATE_ORDER", "a", "1x51 0x100"),
		}, map[string]between{"CREATE_ORDER": about(3), "CREATE_ORDER stuck": {0, 0}, "CREATE_ORDER failed": {0, 0}}),
		{
			id: "restart", panel: settled, title: "one of two replicas was restarted half a minute ago", why: resets, at: quarter,
			series: []string{counter("CREATE_ORDER", "COMPLETED", "a", "0+5x58 0+5x100"), counter("CREATE_ORDER", "COMPLETED", "b", "9000+5x200")}, want: map[string]between{"CREATE_ORDER COMPLETED": {25, 45}},
		},
		{
			id: "zoom", panel: settled, title: "seen from far away: sixty purchases were completed in one minute, eight minutes ago", at: time.Hour, interval: far,
			why:    "A panel of a week has a point for every ten minutes. $__rate_interval covers all that lies between two points.",
			series: []string{counter("CREATE_ORDER", "COMPLETED", "a", "0x208 15 30 45 60x100")}, want: map[string]between{"CREATE_ORDER COMPLETED": about(60 * 60.0 / 615)},
		},
	}
}

func outbox() []scenario {
	const (
		once  = "All replicas of a service count the same rows: the sum counts each event twice."
		lines = "A line for each service, and one with the word failed for its events that cannot be sent."
	)
	gauge := func(name, service, instance, values string) string {
		return fmt.Sprintf(`%s{service=%q, instance=%q} %s`, name, service, instance, values)
	}
	return []scenario{
		{
			id: "lines", panel: notSent, title: "two services have events that are not sent, one of them an event that cannot be", why: lines, at: quarter,
			series: []string{
				gauge("outbox_backlog_events", "order", "a", "40x200"), gauge("outbox_failed_events", "order", "a", "1x200"),
				gauge("outbox_backlog_events", "wallet", "a", "7x200"), gauge("outbox_failed_events", "wallet", "a", "0x200"),
			}, want: map[string]between{"order": about(40), "order failed": about(1), "wallet": about(7), "wallet failed": {0, 0}},
		},
		{
			id: "once", panel: notSent, title: "two replicas count sixty events, and two that failed", why: once, at: quarter,
			series: []string{
				gauge("outbox_backlog_events", "order", "a", "60x200"), gauge("outbox_backlog_events", "order", "b", "60x200"),
				gauge("outbox_failed_events", "order", "a", "2x200"), gauge("outbox_failed_events", "order", "b", "2x200"),
			}, want: map[string]between{"order": about(60), "order failed": about(2)},
		},
		{
			id: "lines", panel: notSent, title: "sixty events were sent two minutes ago", why: "The panel shows what is not sent now.", at: quarter,
			series: []string{gauge("outbox_backlog_events", "order", "a", "60x51 0x100"), gauge("outbox_failed_events", "order", "a", "2x51 0x100")}, want: map[string]between{"order": {0, 0}, "order failed": {0, 0}},
		},
		{
			id: "once", panel: oldest, title: "the events that had waited for ninety seconds were sent two minutes ago", why: "The panel shows what waits now.", at: quarter,
			series: []string{gauge("outbox_oldest_age_seconds", "order", "a", "90x51 0x100")}, want: map[string]between{"order": {0, 0}},
		},
		{
			id: "once", panel: oldest, title: "two replicas see an event that has waited for ninety seconds", why: once, at: quarter,
			series: []string{
				gauge("outbox_oldest_age_seconds", "order", "a", "90x200"), gauge("outbox_oldest_age_seconds", "order", "b", "85x200"), gauge("outbox_oldest_age_seconds", "wallet", "a", "0x200"),
			}, want: map[string]between{"order": {86, 95}, "wallet": {0, 0}},
		},
	}
}

// windows are the lines of the burn rate, and the records that they show.
var windows = map[string]string{"5 minutes": "5m", "1 hour": "1h", "6 hours": "6h", "3 days": "3d"}

func levels() []scenario {
	const (
		burn = "A burn rate is the share of failures in the window, divided by the share that is promised: 1 - 0.999."
		left = "A budget is what may fail: 0.1 % of the requests. What is left of it is the rest, in shares of the budget; it falls below zero."
		zero = "Before the first failure the records have no value. A panel that is empty on the best day looks like a broken one."
	)
	none := []string{
		webSeries(orders, "202", "a", "0+100x300"), webSeries(stock, "200", "b", "0+100x300"),
		`up{service="gateway", instance="a"} 1x300`, `health_ready{service="gateway", instance="a"} 1x300`,
	}
	records := func(shares map[string]string) []string {
		series := slices.Clone(none)
		for window, share := range shares {
			series = append(series, fmt.Sprintf("slo:availability:bad_ratio%s 0.01x40 %sx300", window, share))
		}
		return series
	}
	all := map[string]between{}
	for name := range windows {
		all[name] = between{0, 0}
	}
	return []scenario{
		{
			id: "burn", panel: burnRate, title: "the gateway has failed more and more for an hour", why: burn, at: quarter,
			series: records(map[string]string{"5m": "0.05", "1h": "0.0144", "6h": "0.003", "3d": "0.0005"}),
			want:   map[string]between{"5 minutes": about(50), "1 hour": about(14.4), "6 hours": about(3), "3 days": about(0.5)},
		},
		{id: "zero", panel: burnRate, title: "no request has failed yet", why: zero, at: quarter, series: none, want: all},
		{id: "left", panel: budgetLeft, title: "0.04 % of the requests of three days have failed", why: left, at: quarter, series: records(map[string]string{"3d": "0.0004"}), want: map[string]between{"left": about(0.6)}},
		{
			id: "left", panel: budgetLeft, title: "0.2 % of the requests of three days have failed", why: left, at: quarter, series: records(map[string]string{"3d": "0.002"}),
			want: map[string]between{"left": {-1.05, -0.95}},
		},
		{id: "zero", panel: budgetLeft, title: "no request has failed yet", why: zero, at: quarter, series: none, want: map[string]between{"left": {1, 1}}},
	}
}
