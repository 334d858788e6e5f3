package grpcclient

func balancerFor(string) string { return "pick_first" }
