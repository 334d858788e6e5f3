package rest_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"shop/gateway/internal/config"
	"shop/gateway/internal/identity"
	"shop/gateway/internal/rest"
	"shop/platform/auth"
	"shop/platform/clock"
	platformconfig "shop/platform/config"
)

const (
	zzgProxy  = "192.0.2.1:4711"
	zzgClient = "203.0.113.1"
)

// zzgRouter is the whole gateway, without the services behind it.
func zzgRouter(t *testing.T, trusted string) (http.Handler, zzgLog, error) {
	t.Helper()
	public, _, err := ed25519.GenerateKey(nil)
	zzgOurs(t, err)
	der, err := x509.MarshalPKIXPublicKey(public)
	zzgOurs(t, err)
	keys := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	cfg := platformconfig.Defaults[config.Config]()
	cfg.Auth.PublicKeys, cfg.Auth.ServicePublicKeys = keys, keys
	cfg.Server.TrustedProxies = trusted
	verifier, err := auth.NewVerifier(cfg.Auth)
	zzgOurs(t, err)
	login, err := identity.NewLogin(cfg.Login, cfg.Auth, clock.System)
	zzgOurs(t, err)
	log := zzgNewLog()
	defer zzgCrash(t, "NewRouter")
	engine, err := rest.NewRouter(rest.RouterParams{
		Service: "gateway", Config: cfg, Verifier: verifier, Registry: prometheus.NewRegistry(), Clock: clock.System, Log: log.logger,
		Login: rest.NewLoginHandler(login, cfg, clock.System),
	})
	return engine, log, err
}

func TestZZGatewayAddress(t *testing.T) {
	const (
		forwarded = "X-Forwarded-For"
		chosen    = "who chooses their own address has a new limit for each request, and puts others into the log"
		behind    = "behind a load balancer all clients come from its address: they would share one limit"
		appended  = "each proxy appends the address that it has seen: what is on the left of the last untrusted address was written by the client"
		written   = "some load balancers write the port, and IPv6 in brackets: an address that is not read makes all their clients one"
	)
	type router struct {
		handler http.Handler
		log     zzgLog
	}
	routers := map[string]router{}
	pair := func(headers ...string) []string { return headers }
	for _, c := range []struct {
		id, trusted, peer string
		headers           []string
		want, why         string
	}{
		{"peer", "", "203.0.113.1:999", nil, zzgClient, "without a proxy the peer is the client"},
		{"untrusted", "", "203.0.113.1:999", pair(forwarded, "198.51.100.7"), zzgClient, chosen},
		{"untrusted", "192.0.2.0/24", "203.0.113.1:999", pair(forwarded, "198.51.100.7"), zzgClient, chosen},
		{"untrusted", "192.0.2.9", zzgProxy, pair(forwarded, "198.51.100.7"), "192.0.2.1", "one address is trusted, and not its network"},
		{"trusted", "192.0.2.0/24", zzgProxy, pair(forwarded, zzgClient), zzgClient, behind},
		{"trusted", "10.0.0.0/8, 192.0.2.1", zzgProxy, pair(forwarded, zzgClient), zzgClient, behind},
		{"trusted", "2001:db8:ff::/48", "[2001:db8:ff::1]:4711", pair(forwarded, "2001:db8:1::1"), "2001:db8:1::1", behind},
		{"peer", "192.0.2.0/24", zzgProxy, nil, "192.0.2.1", "a request of the proxy itself, such as its health check, has no header"},
		{"left", "192.0.2.0/24", zzgProxy, pair(forwarded, "198.51.100.7, "+zzgClient), zzgClient, appended},
		{"left", "192.0.2.0/24", zzgProxy, pair(forwarded, "198.51.100.7, "+zzgClient+", 192.0.2.7"), zzgClient, appended},
		{"left", "192.0.2.0/24", zzgProxy, pair(forwarded, "192.0.2.66, "+zzgClient), zzgClient, appended},
		{"left", "192.0.2.0/24", zzgProxy, pair(forwarded, "unknown, "+zzgClient), zzgClient, appended},
		{"lines", "192.0.2.0/24", zzgProxy, pair(forwarded, "198.51.100.7", forwarded, zzgClient), zzgClient, "a proxy may append a line of its own: all lines are one list"},
		{"lines", "192.0.2.0/24", zzgProxy, pair(forwarded, "198.51.100.7, "+zzgClient, forwarded, "192.0.2.7"), zzgClient, "a proxy may append a line of its own: all lines are one list"},
		{"garbage", "192.0.2.0/24", zzgProxy, pair(forwarded, zzgClient+", unknown"), "192.0.2.1", "what is on the left of an entry that is no address cannot be believed"},
		{"port", "192.0.2.0/24", zzgProxy, pair(forwarded, zzgClient+":5000"), zzgClient, written},
		{"port", "192.0.2.0/24", zzgProxy, pair(forwarded, "198.51.100.7:1, "+zzgClient+":5000, 192.0.2.7:80"), zzgClient, written},
		{"port", "192.0.2.0/24", zzgProxy, pair(forwarded, "[2001:db8:1::1]:5000"), "2001:db8:1::1", written},
		{"port", "192.0.2.0/24", zzgProxy, pair(forwarded, "[2001:db8:1::1]"), "2001:db8:1::1", written},
		{"port", "192.0.2.0/24", zzgProxy, pair(forwarded, "2001:db8:1::1"), "2001:db8:1::1", written},
		{"other-header", "192.0.2.0/24", zzgProxy, pair("X-Real-Ip", "198.51.100.7"), "192.0.2.1", "a proxy that does not know a header passes it on as the client wrote it"},
		{"other-header", "192.0.2.0/24", zzgProxy, pair("X-Real-Ip", "198.51.100.7", forwarded, "unknown"), "192.0.2.1", "a proxy that does not know a header passes it on as the client wrote it"},
		{"other-header", "192.0.2.0/24", zzgProxy, pair("Forwarded", "for=198.51.100.7", "True-Client-Ip", "198.51.100.7", "Cf-Connecting-Ip", "198.51.100.7", "X-Appengine-Remote-Addr", "198.51.100.7"), "192.0.2.1", "a proxy that does not know a header passes it on as the client wrote it"},
	} {
		if _, known := routers[c.trusted]; !known {
			handler, log, err := zzgRouter(t, c.trusted)
			if err != nil {
				zzgFail(t, zzgFailure{"trusted", fmt.Sprintf("NewRouter with the proxies %q", c.trusted), "a router", err.Error(), "these are addresses and networks"})
			}
			routers[c.trusted] = router{handler, log}
		}
		handler, log := routers[c.trusted].handler, routers[c.trusted].log
		what := fmt.Sprintf("a request from %s with %q, TRUSTED_PROXIES is %q", c.peer, c.headers, c.trusted)
		zzgSend(t, handler, c.peer, http.MethodGet, "/healthz", "", c.headers...)
		_, fields := log.last(t)
		if got := fields["client_ip"]; got != c.want {
			zzgFail(t, zzgFailure{c.id, what, "client_ip in the log is " + c.want, fmt.Sprint(got), c.why})
		}
	}
	if _, _, err := zzgRouter(t, "the load balancer"); err == nil {
		zzgFail(t, zzgFailure{"invalid", `NewRouter with the proxies "the load balancer"`, "an error", "no error", "a gateway that trusts other proxies than configured must not start"})
	}
}
