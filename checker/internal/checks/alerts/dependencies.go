package alerts

import (
	"strings"
	"time"
)

func breakerScenarios() []scenario {
	about := []alert{{circuitBreakerOpen, ""}}
	const state = `circuit_breaker_state{service="wallet", dependency="payment provider", `
	return []scenario{
		{
			id: "open", title: "the breaker of one of two replicas opens, and lets a trial through now and then", about: about,
			every: 5 * time.Second, until: 8 * time.Minute,
			why: "An open breaker is half-open (1) for the time of a trial. An alert that starts again at each trial never fires.",
			series: []string{
				state + `instance="a"} 0x11` + strings.Repeat(" 2 2 2 1", 25), state + `instance="b"} 0x120`,
				`circuit_breaker_state{service="order", dependency="inventory", instance="a"} 0x120`,
			},
			fires: []fire{{
				name:   circuitBreakerOpen,
				labels: map[string]string{"service": "wallet", "dependency": "payment provider", "severity": page},
				from:   time.Minute + 50*time.Second, by: 3*time.Minute + 15*time.Second,
			}},
		},
		{
			id: "short", title: "the breaker opens for twenty seconds, and closes again", about: about, every: 5 * time.Second,
			until: 8 * time.Minute, why: "That is what a breaker is for. No person has to do anything.",
			series: []string{state + `instance="a"} 0x11 2x3 1 0x100`},
		},
		{
			id: "untried", title: "the breaker was open, and no call has tried it since", about: about, every: 5 * time.Second,
			until:  30 * time.Minute,
			why:    "At night no call comes that could close the breaker: it stays half-open (1). No one is refused, so no one is woken up.",
			series: []string{state + `instance="a"} 0x11 2x1 1x345`},
		},
	}
}

func messageScenarios() []scenario {
	stuck, backlog := []alert{{sagaStuck, ""}}, []alert{{outboxBacklog, ""}}
	return []scenario{
		{
			id: "stuck", title: "a saga is stuck, while the replicas are replaced", about: stuck, every: 15 * time.Second, until: 20 * time.Minute,
			why: "All replicas report the same saga: one alert, and it does not start again with a new replica.",
			series: []string{
				`sagas_stuck{service="order", type="CREATE_ORDER", instance="a"} 0x19 1x10 stale`,
				`sagas_stuck{service="order", type="CREATE_ORDER", instance="b"} _x28 1x60`,
				`sagas_stuck{service="order", type="CANCEL_ORDER", instance="b"} 0x90`,
			},
			fires: []fire{{
				name: sagaStuck, labels: map[string]string{"type": "CREATE_ORDER", "severity": page},
				from: 9*time.Minute + 30*time.Second, by: 11 * time.Minute,
			}},
		},
		{
			id: "busy", title: "forty sagas are in progress at each scan, and one was stuck for two minutes", about: stuck, every: 15 * time.Second,
			until: 20 * time.Minute, why: "In a busy shop some saga is always in progress: that is no fault.",
			series: []string{
				`sagas_unsettled{service="order", type="CREATE_ORDER"} 40x90`, `sagas_stuck{service="order", type="CREATE_ORDER"} 0x30 1x8 0x60`,
			},
		},
		{
			id: "backlog", title: "events are not sent, while the replicas are replaced", about: backlog, every: 15 * time.Second,
			until: 12 * time.Minute, why: "Customers wait for events that lie in a table. All replicas count the same rows.",
			series: []string{
				`outbox_backlog_events{service="order", instance="a"} 0x19 150+10x7 stale`,
				`outbox_backlog_events{service="order", instance="b"} _x25 220+10x60`,
				`outbox_backlog_events{service="wallet", instance="a"} 3x60`,
			},
			fires: []fire{{
				name: outboxBacklog, labels: map[string]string{"service": "order", "severity": page},
				from: 7*time.Minute + 30*time.Second, by: 9 * time.Minute,
			}},
		},
		{
			id: "replicas", title: "two replicas report a backlog of sixty, and a peak is sent within two minutes", about: backlog,
			every: 15 * time.Second, until: 15 * time.Minute, why: "All replicas of a service count the same rows: their sum counts them twice.",
			series: []string{
				`outbox_backlog_events{service="wallet", instance="a"} 60x60`, `outbox_backlog_events{service="wallet", instance="b"} 60x60`,
				`outbox_backlog_events{service="inventory", instance="a"} 0x10 5000x7 0x60`,
			},
		},
	}
}
