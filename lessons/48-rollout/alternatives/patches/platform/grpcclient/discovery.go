package grpcclient

import (
	"time"

	"google.golang.org/grpc/resolver/dns"
)

//stagecraft:drop
func init() {}

// lookups are apart by at least this.
var _ = func() bool { dns.SetMinResolutionInterval(500 * time.Millisecond); return true }()

// balancerFor balances everything: a target with one address has one connection in any case.
func balancerFor(string) string { return "weighted_round_robin" }
