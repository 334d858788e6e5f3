// Package discovery judges the configuration of APISIX by what it does with requests, the addresses by which the services find each other, and
// the connections of gRPC clients and servers. It needs neither a gateway nor a cluster.
package discovery

import (
	"embed"
	"io/fs"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

const topic = "mesh"

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		edge("discovery-files", "APISIX loads all that the files say, and cannot be changed from outside", files),
		edge("discovery-routes", "what clients need arrives, what others try does not", routes),
		edge("discovery-limits", "each client has a budget of its own, and cannot get a second one", limits),
		edge("discovery-upstreams", "APISIX waits longer than the gateway, repeats no purchase, and leaves a broken upstream alone", upstreams),
		{ID: "discovery-targets", Sentence: "a service knows all replicas of another one, and notices a lost one", Topic: topic, Run: targets},
		whiteBox("discovery-clients", "platform/grpcclient", "TestZZDiscoveryClients", "a client uses all replicas, leaves a dead one, and comes back to it"),
		whiteBox("discovery-servers", "platform/grpcserver", "TestZZDiscoveryServers", "a server sends its clients to new replicas, and breaks no call"),
	}
}

func edge(id, sentence string, judge func(*check.T, *gateway)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: topic, Run: func(t *check.T) { judge(t, read(t)) }}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: topic, Tests: tests, Run: check.GoTest(pkg, test)}
}
