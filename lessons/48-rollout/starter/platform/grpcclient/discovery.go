package grpcclient

//stagecraft:drop
func init() {}

// balancerFor returns the load-balancing policy for a target; "" is gRPC's pick_first.
func balancerFor(target string) string { return "" }
