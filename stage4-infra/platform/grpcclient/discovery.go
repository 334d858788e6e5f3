package grpcclient

import (
	"strings"
	"time"

	"google.golang.org/grpc/resolver/dns"
)

// A name is looked up again when a connection to one of its addresses is lost. gRPC's own pause between two lookups is 30 s, in which a
// rollout can replace every replica that the client knows.
func init() { dns.SetMinResolutionInterval(time.Second) }

// balancerFor returns the policy for a target. A name with the scheme dns has an address for each replica, and all of them are used.
func balancerFor(target string) string {
	if strings.HasPrefix(target, "dns:") {
		return "round_robin"
	}
	return ""
}
