// Package config has the configuration of the gateway.
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"shop/gateway/internal/identity"
	"shop/platform/auth"
	"shop/platform/config"
	"shop/platform/grpcclient"
	"shop/platform/lifecycle"
)

// Config is the whole configuration.
type Config struct {
	Basics             lifecycle.Basics
	Server             Server
	Targets            Targets
	RateLimit          RateLimit
	Buckets            Buckets
	LoginRateLimit     LoginRateLimit
	LoginUserRateLimit LoginUserRateLimit
	Auth               auth.Config
	Login              identity.Config
	Client             grpcclient.Config
}

// Validate rejects a login whose tokens the services would not accept.
func (c *Config) Validate() error { return c.Login.ValidateKey(c.Auth) }

// Targets are the services behind the gateway, as host:port.
type Targets struct {
	Order     string `env:"ORDER_TARGET"`
	Inventory string `env:"INVENTORY_TARGET"`
	Wallet    string `env:"WALLET_TARGET"`
}

// Server holds the settings of the HTTP server.
type Server struct {
	Addr string `env:"GATEWAY_ADDR"`
	// RequestTimeout bounds a request and all calls that it causes.
	RequestTimeout time.Duration `env:"REQUEST_TIMEOUT" default:"15s"`
	// ReadTimeout is how long a client may take to send a request, WriteTimeout how long to receive the answer once there is one, and
	// IdleTimeout how long a connection may be unused.
	ReadTimeout  time.Duration `env:"HTTP_READ_TIMEOUT" default:"10s"`
	WriteTimeout time.Duration `env:"HTTP_WRITE_TIMEOUT" default:"5s"`
	IdleTimeout  time.Duration `env:"HTTP_IDLE_TIMEOUT" default:"60s"`
	DrainTimeout time.Duration `env:"HTTP_DRAIN_TIMEOUT" default:"15s"`
	// MaxBodyBytes and MaxHeaderBytes bound the size of a request, MaxLoggedBody how many characters of a body are logged.
	MaxBodyBytes   int64 `env:"MAX_BODY_BYTES" default:"65536"`
	MaxHeaderBytes int   `env:"MAX_HEADER_BYTES" default:"16384"`
	MaxLoggedBody  int   `env:"MAX_LOGGED_BODY" default:"2000"`
	// TrustedProxies are comma-separated addresses and networks whose X-Forwarded-For is trusted. Without any, the header is ignored.
	TrustedProxies string `env:"TRUSTED_PROXIES" optional:"true"`
}

// RateLimit is how many requests one client may make of one route.
type RateLimit struct {
	// PerSecond 0 turns the limit off.
	PerSecond float64 `env:"RATE_LIMIT_RPS" default:"10"`
	Burst     int     `env:"RATE_LIMIT_BURST" default:"20"`
}

// Buckets bounds the memory of each rate limit.
type Buckets struct {
	// Max is how many pairs of client and route have a bucket of their own. Further ones share one.
	Max int `env:"RATE_LIMIT_MAX_BUCKETS" default:"100000"`
	// SweepInterval is how often unused buckets are removed.
	SweepInterval time.Duration `env:"RATE_LIMIT_SWEEP_INTERVAL" default:"1m"`
}

// LoginRateLimit is RateLimit for the login, where each request may be a guess.
type LoginRateLimit struct {
	PerSecond float64 `env:"LOGIN_RATE_LIMIT_RPS" default:"1"`
	Burst     int     `env:"LOGIN_RATE_LIMIT_BURST" default:"3"`
}

// LoginUserRateLimit is LoginRateLimit for one username, from all addresses together. It refills in seconds: guessing is slow, and the
// owner of the name is not locked out for long.
type LoginUserRateLimit struct {
	PerSecond float64 `env:"LOGIN_USER_RATE_LIMIT_RPS" default:"0.5"`
	Burst     int     `env:"LOGIN_USER_RATE_LIMIT_BURST" default:"10"`
}

// Proxies returns the entries of TrustedProxies.
func (s *Server) Proxies() []string {
	return strings.FieldsFunc(s.TrustedProxies, func(r rune) bool { return r == ',' || r == ' ' })
}

// Validate rejects a server without limits.
func (s *Server) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"REQUEST_TIMEOUT": s.RequestTimeout, "HTTP_READ_TIMEOUT": s.ReadTimeout, "HTTP_IDLE_TIMEOUT": s.IdleTimeout,
		"HTTP_WRITE_TIMEOUT": s.WriteTimeout,
	})
	if s.MaxBodyBytes < 1 {
		faults = append(faults, errors.New("MAX_BODY_BYTES must be at least 1"))
	}
	if s.MaxHeaderBytes < 1 {
		faults = append(faults, errors.New("MAX_HEADER_BYTES must be at least 1"))
	}
	if s.MaxLoggedBody < 0 {
		faults = append(faults, errors.New("MAX_LOGGED_BODY must not be negative"))
	}
	for _, proxy := range s.Proxies() {
		_, addrErr := netip.ParseAddr(proxy)
		_, prefixErr := netip.ParsePrefix(proxy)
		if addrErr != nil && prefixErr != nil {
			faults = append(faults, fmt.Errorf("TRUSTED_PROXIES has %q, want an address or a network such as 10.0.0.0/8", proxy))
		}
	}
	return errors.Join(faults...)
}

// Validate rejects a limit without memory.
func (b *Buckets) Validate() error {
	faults := config.Positive(map[string]time.Duration{"RATE_LIMIT_SWEEP_INTERVAL": b.SweepInterval})
	if b.Max < 1 {
		faults = append(faults, errors.New("RATE_LIMIT_MAX_BUCKETS must be at least 1"))
	}
	return errors.Join(faults...)
}

// Validate rejects a limit that would allow no request.
func (r *RateLimit) Validate() error { return checkLimit("RATE_LIMIT", r.PerSecond, r.Burst) }

// Validate rejects a limit that would allow no request.
func (r *LoginRateLimit) Validate() error {
	return checkLimit("LOGIN_RATE_LIMIT", r.PerSecond, r.Burst)
}

// Validate rejects a limit that would allow no request.
func (r *LoginUserRateLimit) Validate() error {
	return checkLimit("LOGIN_USER_RATE_LIMIT", r.PerSecond, r.Burst)
}

func checkLimit(name string, perSecond float64, burst int) error {
	if perSecond < 0 || burst < 1 {
		return fmt.Errorf("%s_RPS must not be negative, and %s_BURST must be at least 1", name, name)
	}
	return nil
}
