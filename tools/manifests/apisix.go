package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// apisixConfig is config.yaml, as far as a stand-alone APISIX needs it. APISIX ignores keys that it does not know; here they are mistakes.
type apisixConfig struct {
	APISIX struct {
		NodeListen []struct {
			Port int `json:"port"`
		} `json:"node_listen"`
		EnableAdmin *bool `json:"enable_admin"`
		Router      struct {
			HTTP string `json:"http"`
		} `json:"router"`
		SSL struct {
			Enable bool `json:"enable"`
			Listen []struct {
				Port int `json:"port"`
			} `json:"listen"`
			Protocols string `json:"ssl_protocols"`
		} `json:"ssl"`
	} `json:"apisix"`
	Deployment struct {
		Role          string `json:"role"`
		RoleDataPlane struct {
			ConfigProvider string `json:"config_provider"`
		} `json:"role_data_plane"`
	} `json:"deployment"`
	Plugins   []string `json:"plugins"`
	Discovery struct {
		DNS struct {
			Servers    []string `json:"servers"`
			ResolvConf string   `json:"resolv_conf"`
		} `json:"dns"`
	} `json:"discovery"`
	Nginx struct {
		Envs []string `json:"envs"`
		HTTP struct {
			ClientMaxBodySize string `json:"client_max_body_size"`
		} `json:"http"`
	} `json:"nginx_config"`
}

// apisixRoutes is apisix.yaml.
type apisixRoutes struct {
	Routes      []apisixRoute    `json:"routes"`
	Upstreams   []apisixUpstream `json:"upstreams"`
	Consumers   []apisixConsumer `json:"consumers"`
	Protos      []apisixProto    `json:"protos"`
	GlobalRules []struct {
		ID      string        `json:"id"`
		Plugins apisixPlugins `json:"plugins"`
	} `json:"global_rules"`
}

type apisixRoute struct {
	ID         string        `json:"id"`
	URI        string        `json:"uri"`
	Methods    []string      `json:"methods"`
	Priority   int           `json:"priority"`
	UpstreamID string        `json:"upstream_id"`
	Plugins    apisixPlugins `json:"plugins"`
}

type apisixUpstream struct {
	ID            string         `json:"id"`
	Type          string         `json:"type"`
	Scheme        string         `json:"scheme"`
	Nodes         map[string]int `json:"nodes"`
	DiscoveryType string         `json:"discovery_type"`
	ServiceName   string         `json:"service_name"`
	Retries       *int           `json:"retries"`
	Timeout       *struct {
		Connect float64 `json:"connect"`
		Send    float64 `json:"send"`
		Read    float64 `json:"read"`
	} `json:"timeout"`
	TLS *struct {
		ClientCert string `json:"client_cert"`
		ClientKey  string `json:"client_key"`
	} `json:"tls"`
}

type apisixConsumer struct {
	Username string `json:"username"`
	Plugins  struct {
		JWTAuth *struct {
			Key                 string `json:"key"`
			Algorithm           string `json:"algorithm"`
			PublicKey           string `json:"public_key"`
			Secret              string `json:"secret"`
			LifetimeGracePeriod int    `json:"lifetime_grace_period"`
		} `json:"jwt-auth"`
	} `json:"plugins"`
}

type apisixProto struct {
	ID      string `json:"id"`
	Content string `json:"content"`
}

// apisixPlugins are the plugins of a route. One that is not here is a mistake: nothing could check it.
type apisixPlugins struct {
	JWTAuth *struct {
		Header          string `json:"header"`
		KeyClaimName    string `json:"key_claim_name"`
		HideCredentials bool   `json:"hide_credentials"`
	} `json:"jwt-auth"`
	LimitCount *struct {
		Count        int    `json:"count"`
		TimeWindow   int    `json:"time_window"`
		KeyType      string `json:"key_type"`
		Key          string `json:"key"`
		RejectedCode int    `json:"rejected_code"`
		Policy       string `json:"policy"`
	} `json:"limit-count"`
	APIBreaker *struct {
		BreakResponseCode int `json:"break_response_code"`
		MaxBreakerSec     int `json:"max_breaker_sec"`
		Unhealthy         struct {
			HTTPStatuses []int `json:"http_statuses"`
			Failures     int   `json:"failures"`
		} `json:"unhealthy"`
		Healthy struct {
			HTTPStatuses []int `json:"http_statuses"`
			Successes    int   `json:"successes"`
		} `json:"healthy"`
	} `json:"api-breaker"`
	TrafficSplit *struct {
		Rules []struct {
			WeightedUpstreams []struct {
				UpstreamID string `json:"upstream_id"`
				Weight     int    `json:"weight"`
			} `json:"weighted_upstreams"`
		} `json:"rules"`
	} `json:"traffic-split"`
	ProxyBuffering *struct {
		Disable bool `json:"disable_proxy_buffering"`
	} `json:"proxy-buffering"`
	GRPCTranscode *struct {
		ProtoID  string   `json:"proto_id"`
		Service  string   `json:"service"`
		Method   string   `json:"method"`
		Deadline int      `json:"deadline"`
		PBOption []string `json:"pb_option"`
	} `json:"grpc-transcode"`
	RealIP *struct {
		Source           string   `json:"source"`
		TrustedAddresses []string `json:"trusted_addresses"`
		Recursive        bool     `json:"recursive"`
	} `json:"real-ip"`
	RequestID *struct {
		HeaderName        string `json:"header_name"`
		IncludeInResponse bool   `json:"include_in_response"`
	} `json:"request-id"`
	Prometheus *struct {
		PreferName bool `json:"prefer_name"`
	} `json:"prometheus"`
}

// names returns the plugins that are set.
func (p apisixPlugins) names() (names []string) {
	raw, _ := json.Marshal(p)
	var all map[string]json.RawMessage
	_ = json.Unmarshal(raw, &all)
	for name, value := range all {
		if !bytes.Equal(value, []byte("null")) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// gatewayRules judge the configuration of APISIX.
type gatewayRules struct {
	config apisixConfig
	routes apisixRoutes
	// services are those of the manifests, and protos the messages and methods of the stage as text.
	services []*corev1.Service
	protos   string

	found []finding
}

// judgeAPISIX reads the configuration in a directory strictly. The manifests say which Services there are, the stage which methods.
func judgeAPISIX(dir, stage string, manifests set) ([]finding, error) {
	config, err := os.ReadFile(filepath.Join(dir, "config.yaml"))
	if err != nil {
		return nil, err
	}
	routes, err := os.ReadFile(filepath.Join(dir, "apisix.yaml"))
	if err != nil {
		return nil, err
	}
	protos, err := readProtos(stage)
	if err != nil {
		return nil, err
	}
	return judgeGateway(config, routes, ofType[*corev1.Service](manifests), protos), nil
}

func readProtos(stage string) (string, error) {
	files, err := filepath.Glob(filepath.Join(stage, "proto", "*", "v1", "*.proto"))
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		all.Write(text)
	}
	return normalized(all.String()), err
}

func judgeGateway(config, routes []byte, services []*corev1.Service, protos string) []finding {
	r := gatewayRules{services: services, protos: protos}
	if err := yaml.UnmarshalStrict(config, &r.config); err != nil {
		r.add("schema", "config.yaml", "%v", err)
	}
	if err := yaml.UnmarshalStrict(routes, &r.routes); err != nil {
		r.add("schema", "apisix.yaml", "%v", err)
	}
	if len(r.found) > 0 {
		return r.found
	}
	if !strings.HasSuffix(strings.TrimRight(string(routes), "\n"), "\n#END") {
		r.add("end", "apisix.yaml", "the last line is not #END: APISIX does not load the file")
	}
	r.checkConfig()
	r.checkPlugins(string(routes))
	r.checkRoutes()
	r.checkUpstreams()
	r.checkConsumers()
	return r.found
}

func (r *gatewayRules) add(rule, object, text string, args ...any) {
	r.found = append(r.found, finding{rule, object, fmt.Sprintf(text, args...)})
}

func (r *gatewayRules) checkConfig() {
	if d := r.config.Deployment; d.Role != "data_plane" || d.RoleDataPlane.ConfigProvider != "yaml" {
		r.add("standalone", "config.yaml", "role is %q and config_provider %q, want data_plane and yaml", d.Role, d.RoleDataPlane.ConfigProvider)
	}
	if admin := r.config.APISIX.EnableAdmin; admin == nil || *admin {
		r.add("standalone", "config.yaml", "the admin API is on")
	}
}

var reference = regexp.MustCompile(`\$env://([A-Z_]+)`)

func (r *gatewayRules) checkPlugins(routes string) {
	used := map[string]bool{"jwt-auth": len(r.routes.Consumers) > 0}
	for _, route := range r.routes.Routes {
		for _, name := range route.Plugins.names() {
			used[name] = true
		}
	}
	for _, rule := range r.routes.GlobalRules {
		for _, name := range rule.Plugins.names() {
			used[name] = true
		}
	}
	for name := range used {
		if used[name] && !slices.Contains(r.config.Plugins, name) {
			r.add("plugin", "config.yaml", "plugin %s is used and not loaded: its routes work without it", name)
		}
	}
	for _, match := range reference.FindAllStringSubmatch(routes, -1) {
		if !slices.Contains(r.config.Nginx.Envs, match[1]) {
			r.add("environment", "config.yaml", "$env://%s is not in nginx_config.envs: nginx clears it", match[1])
		}
	}
}

// openPaths are reached without a token.
var openPaths = []string{"/v1/login"}

func (r *gatewayRules) checkRoutes() {
	ids := map[string]bool{}
	for _, route := range r.routes.Routes {
		name := "route " + route.ID
		if ids[route.ID] {
			r.add("route", name, "there are two of this id")
		}
		ids[route.ID] = true
		if r.upstream(route.UpstreamID) == nil {
			r.add("upstream", name, "there is no upstream %q", route.UpstreamID)
		}
		if route.Plugins.JWTAuth == nil && !slices.Contains(openPaths, route.URI) {
			r.add("token", name, "it has no jwt-auth")
		}
		if strings.Contains(strings.TrimSuffix(route.URI, "*"), "*") {
			r.add("route", name, "a * in the middle of %s is taken literally", route.URI)
		}
		if strings.Contains(route.URI, ":") && r.config.APISIX.Router.HTTP != "radixtree_uri_with_parameter" {
			r.add("route", name, "the router does not know the parameter in %s", route.URI)
		}
		r.checkLimit(name, route)
		r.checkBreaker(name, route)
		r.checkSplit(name, route)
		r.checkTranscoding(name, route)
		for _, other := range r.routes.Routes {
			// An exact path wins against a pattern, whatever the priorities.
			if other.ID != route.ID && covers(other.URI, route.URI) && strings.ContainsAny(route.URI, "*:") && other.Priority >= route.Priority {
				r.add("route", name, "route %s matches its requests too: give it a higher priority", other.ID)
			}
		}
	}
}

// covers says whether a pattern with * at its end matches everything that another one matches.
func covers(pattern, other string) bool {
	prefix, ok := strings.CutSuffix(pattern, "*")
	return ok && strings.HasPrefix(other, prefix) && other != pattern
}

func (r *gatewayRules) checkLimit(name string, route apisixRoute) {
	l := route.Plugins.LimitCount
	switch {
	case l == nil:
		r.add("limit", name, "it has no limit-count")
	case l.Count < 1 || l.TimeWindow < 1:
		r.add("limit", name, "count and time_window must be at least 1")
	case l.RejectedCode != 429:
		r.add("limit", name, "rejected_code is %d, want 429: APISIX' default of 503 says that the shop is down", l.RejectedCode)
	case l.Key == "http_authorization" && route.Plugins.JWTAuth == nil:
		r.add("limit", name, "it counts by a token that nothing verifies: each invented one has a budget of its own")
	case l.Key == "http_x_forwarded_for":
		r.add("limit", name, "it counts by a header that clients write")
	}
}

func (r *gatewayRules) checkBreaker(name string, route apisixRoute) {
	b := route.Plugins.APIBreaker
	if b == nil {
		return
	}
	if b.BreakResponseCode < 200 || b.BreakResponseCode > 599 || b.MaxBreakerSec < 3 || b.Unhealthy.Failures < 1 || b.Healthy.Successes < 1 ||
		len(b.Unhealthy.HTTPStatuses) == 0 || len(b.Healthy.HTTPStatuses) == 0 {
		r.add("breaker", name, "a field of api-breaker is missing or out of its range")
	}
	for _, status := range b.Unhealthy.HTTPStatuses {
		if status < 500 || status == 503 {
			r.add("breaker", name, "it opens at %d, which is no failure of the upstream", status)
		}
	}
}

func (r *gatewayRules) checkSplit(name string, route apisixRoute) {
	if route.Plugins.TrafficSplit == nil {
		return
	}
	for _, rule := range route.Plugins.TrafficSplit.Rules {
		sum := 0
		for _, w := range rule.WeightedUpstreams {
			sum += w.Weight
			if w.UpstreamID == "" {
				continue
			}
			u := r.upstream(w.UpstreamID)
			if u == nil {
				r.add("split", name, "there is no upstream %q", w.UpstreamID)
			} else if w.Weight > 0 {
				r.checkService("upstream "+u.ID, *u)
			}
		}
		if sum != 100 {
			r.add("split", name, "the weights add up to %d, want 100", sum)
		}
	}
}

func (r *gatewayRules) checkTranscoding(name string, route apisixRoute) {
	g := route.Plugins.GRPCTranscode
	if g == nil {
		return
	}
	if u := r.upstream(route.UpstreamID); u != nil && u.Scheme != "grpc" && u.Scheme != "grpcs" {
		r.add("transcoding", name, "the scheme of its upstream is %q, want grpc or grpcs", u.Scheme)
	}
	if g.Deadline <= 0 {
		r.add("transcoding", name, "its calls have no deadline")
	}
	i := slices.IndexFunc(r.routes.Protos, func(p apisixProto) bool { return p.ID == g.ProtoID })
	if i < 0 {
		r.add("transcoding", name, "there is no proto %q", g.ProtoID)
		return
	}
	content := r.routes.Protos[i].Content
	pkg, service, _ := cutLast(g.Service)
	for _, part := range []string{"package " + pkg + ";", "service " + service + " {", "rpc " + g.Method + "("} {
		if !strings.Contains(content, part) {
			r.add("transcoding", name, "proto %q has no %q", g.ProtoID, part)
		}
	}
	for _, block := range message.FindAllString(normalized(content), -1) {
		if !strings.Contains(r.protos, block) {
			r.add("transcoding", name, "proto %q differs from those of the stage: %s", g.ProtoID, block)
		}
	}
	for _, rpc := range rpc.FindAllString(normalized(content), -1) {
		if !strings.Contains(r.protos, rpc) {
			r.add("transcoding", name, "proto %q differs from those of the stage: %s", g.ProtoID, rpc)
		}
	}
}

func cutLast(name string) (pkg, service string, ok bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+1:], true
}

var (
	comment = regexp.MustCompile(`//[^\n]*`)
	space   = regexp.MustCompile(`\s+`)
	message = regexp.MustCompile(`message \w+ \{[^}]*\}`)
	rpc     = regexp.MustCompile(`rpc \w+\(\w+\) returns \(\w+\);`)
)

func normalized(proto string) string {
	return space.ReplaceAllString(comment.ReplaceAllString(proto, ""), " ")
}

func (r *gatewayRules) upstream(id string) *apisixUpstream {
	for i := range r.routes.Upstreams {
		if r.routes.Upstreams[i].ID == id {
			return &r.routes.Upstreams[i]
		}
	}
	return nil
}

func (r *gatewayRules) checkUpstreams() {
	for _, u := range r.routes.Upstreams {
		name := "upstream " + u.ID
		if u.Type != "roundrobin" || !slices.Contains([]string{"http", "https", "grpc", "grpcs"}, u.Scheme) {
			r.add("upstream", name, "type %q and scheme %q; want roundrobin and http, https, grpc or grpcs", u.Type, u.Scheme)
		}
		if u.Timeout == nil || u.Timeout.Connect <= 0 || u.Timeout.Send <= 0 || u.Timeout.Read <= 0 {
			r.add("upstream", name, "a timeout is missing: APISIX' own are 60 s")
		}
		if u.Retries == nil {
			r.add("upstream", name, "retries is missing: APISIX repeats each request once for each other node, also a purchase")
		}
		if (len(u.Nodes) == 0) == (u.DiscoveryType == "") {
			r.add("upstream", name, "it needs nodes, or discovery_type and service_name")
		}
		if u.TLS != nil && !strings.HasPrefix(u.TLS.ClientKey, "$") {
			r.add("secret", name, "its private key is in the file")
		}
		// An upstream that is only part of a split may be absent while its weight is 0, see checkSplit.
		if slices.ContainsFunc(r.routes.Routes, func(route apisixRoute) bool { return route.UpstreamID == u.ID }) {
			r.checkService(name, u)
		}
	}
}

// checkService finds an upstream whose Service is not in the manifests.
func (r *gatewayRules) checkService(name string, u apisixUpstream) {
	var addresses []string
	for address := range u.Nodes {
		addresses = append(addresses, address)
	}
	if u.ServiceName != "" {
		addresses = append(addresses, u.ServiceName)
	}
	var s set
	for _, service := range r.services {
		s.objects = append(s.objects, service)
	}
	for _, address := range addresses {
		host, port, _, ok := splitAddress(address)
		service := s.serviceNamed(host)
		if !ok || service == nil || !slices.ContainsFunc(service.Spec.Ports, func(p corev1.ServicePort) bool { return p.Port == port }) {
			r.add("upstream", name, "the manifests have no Service at %s", address)
			continue
		}
		if service.Spec.ClusterIP == corev1.ClusterIPNone && u.DiscoveryType != "dns" {
			r.add("balancing", name, "%s is headless: without discovery_type dns APISIX uses one of its addresses", address)
		}
	}
}

func (r *gatewayRules) checkConsumers() {
	if len(r.routes.Consumers) == 0 {
		r.add("token", "apisix.yaml", "without a consumer every token is refused")
	}
	for _, c := range r.routes.Consumers {
		name := "consumer " + c.Username
		j := c.Plugins.JWTAuth
		switch {
		case j == nil || j.Key == "":
			r.add("token", name, "it has no jwt-auth with a key")
		case j.Secret != "":
			r.add("secret", name, "a shared secret lets APISIX sign tokens")
		case j.Algorithm != "EdDSA" || j.PublicKey == "":
			r.add("token", name, "algorithm %q, want EdDSA with a public_key: that of the shop's tokens", j.Algorithm)
		}
	}
}
