package grpcclient

//stagecraft:drop
func init() {}

func balancerFor(target string) string {
	if strings.HasPrefix(target, "dns:") {
		return "round_robin"
	}
	return ""
}
