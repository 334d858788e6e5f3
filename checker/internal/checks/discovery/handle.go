package discovery

import (
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
)

// request is what reaches APISIX.
type request struct {
	method, path string
	// peer is the other end of the connection, forwarded the header X-Forwarded-For.
	peer, forwarded string
	token           token
}

// token is what stands in the header Authorization.
type token struct {
	text string
	// valid is true for one that the issuer has signed, and that has not expired.
	valid bool
}

func (r request) String() string {
	text := r.method + " " + r.path
	switch {
	case r.token.valid:
		text += " with a token"
	case r.token.text != "":
		text += " with an invented token"
	}
	return text
}

// answer is what APISIX does with a request: it refuses it with a status, or passes it on.
type answer struct {
	status   int
	by       string // the plugin that refused it
	route    *route
	upstream *upstream
}

func (a answer) String() string {
	switch {
	case a.upstream != nil:
		return fmt.Sprintf("route %s, upstream %s", a.route.ID, a.upstream.ID)
	case a.by == "":
		return fmt.Sprint(a.status)
	}
	return fmt.Sprintf("%d from %s of the route %s", a.status, a.by, a.route.ID)
}

// running is APISIX with what it counts.
type running struct {
	*gateway
	now     time.Duration
	windows map[string]window
}

type window struct {
	until time.Duration
	count int
}

func (g *gateway) start() *running { return &running{gateway: g, windows: map[string]window{}} }

// handle sends a request through the plugins in the order in which APISIX runs them: those of the global rules before those of the route; within each real-ip,
// jwt-auth, limit-count.
func (r *running) handle(q request) answer {
	found := r.match(q.method, q.path)
	if found == nil {
		// APISIX runs the global rules for a request without a route too; its answer stays 404, or the refusal of a limit.
		return answer{status: http.StatusNotFound}
	}
	address := q.peer
	for i := range r.table.GlobalRules {
		rule := &r.table.GlobalRules[i]
		if a, refused := r.apply("global rule "+rule.ID, &rule.Plugins, found, q, &address); refused {
			return a
		}
	}
	if a, refused := r.apply("route "+found.ID, &found.Plugins, found, q, &address); refused {
		return a
	}
	return answer{status: http.StatusOK, route: found, upstream: r.upstream(found.UpstreamID)}
}

func (r *running) apply(place string, p *plugins, found *route, q request, address *string) (answer, bool) {
	if p.RealIP != nil {
		*address = p.RealIP.address(*address, q)
	}
	if j := p.JWTAuth; j != nil && (!q.token.valid || !r.knows(j.KeyClaimName, j.Header)) {
		return answer{status: http.StatusUnauthorized, by: "jwt-auth", route: found}, true
	}
	if l := p.LimitCount; l != nil && !r.admits(place, l, q, *address) {
		status := http.StatusServiceUnavailable
		if l.RejectedCode != nil {
			status = *l.RejectedCode
		}
		return answer{status: status, by: "limit-count", route: found}, true
	}
	return answer{}, false
}

// knows says whether the consumers have one for the tokens of the shop, which name their issuer in iss and nothing in key.
func (r *running) knows(claim, header string) bool {
	if claim != "iss" || header != "" && !strings.EqualFold(header, "authorization") {
		return false
	}
	return slices.ContainsFunc(r.table.Consumers, func(c consumer) bool {
		j := c.Plugins.JWTAuth
		return j != nil && j.Key == issuer && j.Algorithm == "EdDSA" && j.PublicKey != ""
	})
}

// issuer is what the tokens of the shop have as iss.
const issuer = "stagecraft"

// admits counts a request in its window, which begins with the first request.
func (r *running) admits(place string, l *limitCount, q request, address string) bool {
	key := place + "|" + l.value(q, address)
	w := r.windows[key]
	if w.count == 0 || r.now >= w.until {
		w = window{until: r.now + time.Duration(l.TimeWindow)*time.Second}
	}
	w.count++
	r.windows[key] = w
	return w.count <= l.Count
}

var variable = regexp.MustCompile(`\$\{?(\w+)\}?`)

// value is what a limit counts by. Without a key, and when the key has no value, it is the address.
func (l *limitCount) value(q request, address string) string {
	known := map[string]string{
		"remote_addr": address, "realip_remote_addr": q.peer, "http_authorization": q.token.text, "http_x_forwarded_for": q.forwarded, "uri": q.path, "request_uri": q.path,
		"request_method": q.method, "server_addr": "apisix", "host": "shop", "http_host": "shop", "server_name": "shop", "scheme": "https",
	}
	if q.token.valid {
		known["consumer_name"] = "shop_users" // one for all users
	}
	switch l.KeyType {
	case "constant":
		return "constant " + l.Key
	case "var_combination":
		resolved := false
		text := variable.ReplaceAllStringFunc(l.Key, func(name string) string {
			value := known[strings.Trim(name, "${}")]
			resolved = resolved || value != ""
			return value
		})
		if resolved {
			return text
		}
		return address
	}
	if value := known[l.Key]; value != "" {
		return l.Key + " " + value
	}
	return address
}

// address is the client's address for what follows. It is what real-ip of APISIX calculates.
func (p *realIP) address(peer string, q request) string {
	if len(p.TrustedAddresses) > 0 && !p.trusts(peer) {
		return peer
	}
	if p.Source != "http_x_forwarded_for" || q.forwarded == "" {
		return peer
	}
	all := strings.Split(q.forwarded, ",")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	found := all[len(all)-1]
	if p.Recursive && len(p.TrustedAddresses) > 0 && len(all) > 1 {
		found = all[0]
		for _, one := range slices.Backward(all[1:]) {
			if !p.trusts(one) {
				found = one
				break
			}
		}
	}
	if _, err := netip.ParseAddr(found); err != nil {
		return peer
	}
	return found
}

func (p *realIP) trusts(address string) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(p.TrustedAddresses, func(text string) bool {
		if prefix, err := netip.ParsePrefix(text); err == nil {
			return prefix.Contains(ip)
		}
		one, err := netip.ParseAddr(text)
		return err == nil && one == ip
	})
}

// routesTo returns the routes whose requests go to an upstream.
func (g *gateway) routesTo(id string) (found []*route) {
	for i := range g.table.Routes {
		if g.table.Routes[i].UpstreamID == id {
			found = append(found, &g.table.Routes[i])
		}
	}
	return found
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
