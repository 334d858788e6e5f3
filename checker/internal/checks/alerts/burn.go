package alerts

import "time"

func burnScenarios() []scenario {
	const (
		good = `http_server_requests_total{service="gateway", method="GET", route="/v1/orders", status="200"} `
		bad  = `http_server_requests_total{service="gateway", method="GET", route="/v1/orders", status="503"} `
		lost = `http_server_requests_total{service="gateway", method="GET", route="/v1/orders", status="500"} `
		late = `http_server_requests_total{service="gateway", method="GET", route="/v1/orders", status="504"} `
		hour = time.Hour
	)
	paged, both := []alert{{budgetBurn, page}}, []alert{{budgetBurn, ""}}
	burn := func(severity string, from, by, ends time.Duration) fire {
		return fire{name: budgetBurn, labels: map[string]string{"severity": severity}, from: from, by: by, ends: ends, twice: true}
	}
	scenarios := []scenario{
		{
			id: "fast", title: "after six good hours, one request in twenty fails for half an hour", about: paged, every: time.Minute,
			until: 8 * hour, why: "The hour says that it matters: 2 % of the month's budget are gone after 17 minutes. Five minutes say that it " +
				"still goes on: without them the page stays for an hour after the fault.",
			series: []string{good + "0+600x360 216570+570x30 233670+600x100", bad + "0x360 30+30x29 900x100"},
			fires:  []fire{burn(page, 6*hour+12*time.Minute, 6*hour+26*time.Minute, 6*hour+45*time.Minute)},
		},
		{
			id: "slow", title: "after six good hours, one request in a hundred fails", about: paged, every: time.Minute, step: 5 * time.Minute,
			until: 11 * hour, why: "Ten times too fast is too slow for the hour's threshold, and yet 5 % of the budget are gone in a few hours.",
			series: []string{good + "0+600x360 216594+594x310", lost + "0x360 6+6x310"},
			fires:  []fire{burn(page, 9*hour, 10*hour+30*time.Minute, 0)},
		},
		{
			id: "trickle", title: "two requests in a thousand fail, all the time", about: both, every: time.Minute, step: 5 * time.Minute,
			until: 8 * hour, why: "Twice too fast: the budget is gone after two weeks. No person is woken up for this, but someone has to look.",
			series: []string{good + "0+998x500", late + "0+2x500"},
			fires:  []fire{burn(warning, 0, 7*hour, 0)},
		},
		{
			id: "brief", title: "after two and a half good days, three requests in a thousand fail for six hours", about: both,
			every: 2 * time.Minute, step: 10 * time.Minute, until: 66 * hour,
			why:    "Less than 3 % of the budget of a month. A warning asks whether the last three days were too bad, not only the last hours.",
			series: []string{good + "0+2000x1800 3601994+1994x190", bad + "0x1800 6+6x190"},
		},
		{
			id: "within", title: "one request in two thousand fails, and clients ask for what does not exist", about: both, every: time.Minute,
			step: 5 * time.Minute, until: 8 * hour, why: "That is what the budget is for.",
			series: []string{
				good + "0+1999x500", bad + "0+1x500",
				`http_server_requests_total{service="gateway", method="GET", route="/v1/orders/:id", status="404"} 0+2000x500`,
			},
		},
		{
			id: "night", title: "five of ten requests at night fail", about: paged, every: time.Minute, step: 2 * time.Minute, until: 6 * hour,
			why:    "Less than ten failures in the long window are no page, whatever their share is.",
			series: []string{good + "900x60 901 902 903 904 905x300", bad + "3x60 4 5 6 7 8x300"},
		},
		{
			id: "restart", title: "a replica that has failed a lot is restarted", about: both, every: time.Minute, step: 2 * time.Minute,
			until: 5 * hour, why: "A counter that begins again is no failure. increase knows that for each series alone.",
			series: []string{
				`http_server_requests_total{service="gateway", route="/v1/orders", status="200", instance="a"} 900000+600x120 0+600x200`,
				`http_server_requests_total{service="gateway", route="/v1/orders", status="503", instance="a"} 50000x120 0x200`,
				`http_server_requests_total{service="gateway", route="/v1/orders", status="200", instance="b"} 900000+600x330`,
				`http_server_requests_total{service="gateway", route="/v1/orders", status="503", instance="b"} 50000x330`,
			},
		},
	}
	for _, route := range probeRoutes {
		probes := `http_server_requests_total{service="gateway", method="GET", route="` + route + `", status="200"} 0+9000x500`
		scenarios = append(scenarios, scenario{
			id: "probes", title: "one request in twenty fails, among many successful probes of " + route, about: both, every: time.Minute,
			step: 5 * time.Minute, until: 8 * hour, why: "A probe is no request of a customer. Enough of them hide every failure.",
			series: []string{good + "0+570x500", bad + "0+30x500", probes},
			fires:  []fire{burn(page, 0, hour+10*time.Minute, 0), burn(warning, 0, 7*hour, 0)},
		})
	}
	return append(scenarios, scenario{
		id: "probes", title: "probes are answered with 503, because the gateway waits for the other services", about: both, every: time.Minute,
		step: 5 * time.Minute, until: 8 * hour, why: "A probe is no request of a customer, whether it succeeds or fails. Leave it out of the failures, too.",
		series: append(each(probeRoutes, func(route string) string {
			return `http_server_requests_total{service="gateway", method="GET", route="` + route + `", status="503"} 0+100x500`
		}), good+"0+1000x500"),
	})
}
