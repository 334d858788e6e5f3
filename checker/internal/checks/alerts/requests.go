package alerts

import (
	"fmt"
	"time"
)

const (
	http = `http_server_requests_total{service="gateway", method="POST", `
	grpc = `grpc_server_handled_total{service="%s", method="/%s", code="%s", instance="a"} 0+%dx100`
)

// What the lesson calls probes.
var (
	probeRoutes  = []string{"/healthz", "/livez", "/readyz"}
	probeMethods = []string{
		"grpc.health.v1.Health/Check", "grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "grpc.channelz.v1.Channelz/GetServers",
	}
)

func errorScenarios() []scenario {
	about := []alert{{highErrorRate, ""}}
	failing := func(service string) fire {
		return fire{
			name: highErrorRate, labels: map[string]string{"service": service, "severity": page}, from: 4 * time.Minute, by: 11 * time.Minute,
		}
	}
	scenarios := []scenario{
		{
			id: "failures", title: "one request in ten fails", about: about, every: 15 * time.Second, until: 20 * time.Minute,
			why: "Customers get errors. Count what the service did wrong over all its replicas, routes and codes, once for each service.",
			series: []string{
				http + `route="/v1/orders", status="202", instance="a"} 0+60x100`,
				http + `route="/v1/orders", status="202", instance="b"} 0+60x100`,
				http + `route="/v1/orders", status="503", instance="a"} 0+10x100`,
				http + `route="/v1/orders", status="500", instance="b"} 0+10x100`,
				http + `route="/v1/orders/:id", status="200", instance="a"} 0+60x100`,
				fmt.Sprintf(grpc, "order", "order.v1.OrderService/CreateOrder", "OK", 180),
				fmt.Sprintf(grpc, "order", "order.v1.OrderService/CreateOrder", "Internal", 20),
				fmt.Sprintf(grpc, "wallet", "wallet.v1.WalletService/Deduct", "OK", 184),
				fmt.Sprintf(grpc, "wallet", "wallet.v1.WalletService/Deduct", "Unavailable", 8),
				fmt.Sprintf(grpc, "wallet", "wallet.v1.WalletService/Refund", "DeadlineExceeded", 8),
				fmt.Sprintf(grpc, "inventory", "inventory.v1.InventoryService/GetStock", "OK", 194),
				fmt.Sprintf(grpc, "inventory", "inventory.v1.InventoryService/GetStock", "Unknown", 6),
			},
			fires: []fire{failing("gateway"), failing("order"), failing("wallet")},
		},
		{
			id: "small", title: "half of twenty requests a minute fail", about: about, every: 15 * time.Second, until: 20 * time.Minute,
			why:    "A shop with few customers is down as well. Ten failures in five minutes are enough.",
			series: []string{http + `route="/v1/orders", status="202"} 0+3x100`, http + `route="/v1/orders", status="500"} 0+3x100`},
			fires:  []fire{failing("gateway")},
		},
		{
			id: "not-found", title: "clients ask for what does not exist, are refused, or leave", about: about, every: 15 * time.Second,
			until: 20 * time.Minute, why: "The service did what it should. An alert for this wakes a person up because of a crawler.",
			series: append(each([]string{"NotFound", "InvalidArgument", "AlreadyExists", "PermissionDenied", "Unauthenticated",
				"FailedPrecondition", "Aborted", "Canceled", "ResourceExhausted"}, func(code string) string {
				return fmt.Sprintf(grpc, "order", "order.v1.OrderService/GetOrder", code, 50)
			}), each([]string{"200", "400", "401", "403", "404", "409", "429", "499"}, func(status string) string {
				return http + `route="/v1/orders/:id", status="` + status + `"} 0+50x100`
			})...),
		},
		{
			id: "restart", title: "the replicas are restarted one after the other", about: about, every: 15 * time.Second, until: 25 * time.Minute,
			why: "A deployment is no fault. rate and increase know that a counter begins again at zero, but only for each series alone: " +
				"take them first, and the sum afterwards.",
			series: []string{
				http + `route="/v1/orders", status="202", instance="a"} 90000+100x39 0+100x60`,
				http + `route="/v1/orders", status="500", instance="a"} 9000x39 0x60`,
				http + `route="/v1/orders", status="202", instance="b"} 90000+100x50 _x3 0+100x60`,
				http + `route="/v1/orders", status="500", instance="b"} 9000x50 _x3 0x60`,
				http + `route="/v1/orders", status="202", instance="c"} 90000+100x63 0+100x40`,
				http + `route="/v1/orders", status="500", instance="c"} 9000x63 0x40`,
				fmt.Sprintf(grpc, "order", "order.v1.OrderService/GetOrder", "OK", 100),
			},
		},
		{
			id: "night", title: "six of twelve requests at night fail, then no request comes", about: about, every: 15 * time.Second,
			until: 25 * time.Minute, why: "Half of almost nothing is almost nothing: less than ten failures in five minutes wake no one. " +
				"Without requests the share is 0/0.",
			series: []string{
				http + `route="/v1/orders", status="202"} 700x20 701x3 702x3 703x3 704x3 705x3 706x60`,
				http + `route="/v1/orders", status="500"} 0x20 1x3 2x3 3x3 4x3 5x3 6x60`,
				`grpc_server_handled_total{service="order", method="/order.v1.OrderService/GetOrder", code="OK"} 50x100`,
				`grpc_server_handled_total{service="order", method="/order.v1.OrderService/GetOrder", code="Internal"} 3x30 4x70`,
			},
		},
	}
	for _, code := range []string{"Unknown", "DeadlineExceeded", "Internal", "Unavailable", "DataLoss"} {
		scenarios = append(scenarios, scenario{
			id: "failures", title: "one request in ten is answered with " + code, about: about, every: 15 * time.Second, until: 20 * time.Minute,
			why: "The request was right, and the service could not do it. " + code + " is one of the codes that are failures.",
			series: []string{
				fmt.Sprintf(grpc, "order", "order.v1.OrderService/GetOrder", "OK", 90),
				fmt.Sprintf(grpc, "order", "order.v1.OrderService/GetOrder", code, 10),
			},
			fires: []fire{failing("order")},
		})
	}
	for _, status := range []string{"500", "502", "503", "504"} {
		scenarios = append(scenarios, scenario{
			id: "failures", title: "one request in ten is answered with " + status, about: about, every: 15 * time.Second, until: 20 * time.Minute,
			why:    "The request was right, and the service could not do it. Every 5xx is a failure.",
			series: []string{http + `route="/v1/orders", status="202"} 0+90x100`, http + `route="/v1/orders", status="` + status + `"} 0+10x100`},
			fires:  []fire{failing("gateway")},
		})
	}
	for _, route := range probeRoutes {
		scenarios = append(scenarios, scenario{
			id: "probes", title: "one request in ten fails, among many successful probes of " + route, about: about, every: 15 * time.Second,
			until: 20 * time.Minute, why: "A probe is no request of a customer. Enough of them hide every failure.",
			series: []string{
				http + `route="` + route + `", status="200"} 0+900x100`,
				http + `route="/v1/orders", status="202"} 0+90x100`, http + `route="/v1/orders", status="503"} 0+10x100`,
			},
			fires: []fire{failing("gateway")},
		})
	}
	for _, method := range probeMethods {
		scenarios = append(scenarios, scenario{
			id: "probes", title: "one request in ten fails, among many successful probes of /" + method, about: about, every: 15 * time.Second,
			until: 20 * time.Minute, why: "A method that begins with /grpc. belongs to tools, not to customers. Enough of such calls hide every failure.",
			series: []string{
				fmt.Sprintf(grpc, "order", method, "OK", 900),
				fmt.Sprintf(grpc, "order", "order.v1.OrderService/GetOrder", "OK", 90),
				fmt.Sprintf(grpc, "order", "order.v1.OrderService/GetOrder", "Unavailable", 10),
			},
			fires: []fire{failing("order")},
		})
	}
	return append(scenarios, scenario{
		id: "probes", title: "probes are answered with 503 and Unavailable, because the services wait for their database", about: about,
		every: 15 * time.Second, until: 20 * time.Minute,
		why: "A probe is no request of a customer, whether it succeeds or fails. Leave it out of the failures, too.",
		series: append(each(probeRoutes, func(route string) string {
			return http + `route="` + route + `", status="503"} 0+20x100`
		}), append(each(probeMethods, func(method string) string { return fmt.Sprintf(grpc, "order", method, "Unavailable", 20) }),
			http+`route="/v1/orders", status="202"} 0+100x100`,
			fmt.Sprintf(grpc, "order", "order.v1.OrderService/GetOrder", "OK", 100))...),
	})
}

// each returns what of makes of the texts.
func each(texts []string, of func(text string) string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, of(text))
	}
	return all
}
