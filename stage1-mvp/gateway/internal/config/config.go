// Package config says what the environment of the gateway holds.
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"stagecraft/stage1-mvp/gateway/internal/identity"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/config"
	"stagecraft/stage1-mvp/platform/grpcclient"
	"stagecraft/stage1-mvp/platform/lifecycle"
)

// Config is the whole configuration.
type Config struct {
	Basics             lifecycle.Basics
	Server             Server
	Targets            Targets
	RateLimit          RateLimit
	LoginRateLimit     LoginRateLimit
	LoginUserRateLimit LoginUserRateLimit
	Auth               auth.Config
	Login              identity.Config
	Client             grpcclient.Config
}

// Validate refuses a login whose tokens nobody would accept.
func (c *Config) Validate() error { return c.Login.ValidateKey(c.Auth) }

// Targets are the services behind the gateway, as host:port.
type Targets struct {
	Order     string `env:"ORDER_TARGET"`
	Inventory string `env:"INVENTORY_TARGET"`
	Wallet    string `env:"WALLET_TARGET"`
}

// Server is how the gateway listens.
type Server struct {
	Addr string `env:"GATEWAY_ADDR"`
	// RequestTimeout bounds a request and all calls that it causes.
	RequestTimeout time.Duration `env:"REQUEST_TIMEOUT" default:"15s"`
	// ReadTimeout is how long a client may take to send a request, IdleTimeout how long it may keep a connection unused.
	ReadTimeout  time.Duration `env:"HTTP_READ_TIMEOUT" default:"10s"`
	IdleTimeout  time.Duration `env:"HTTP_IDLE_TIMEOUT" default:"60s"`
	DrainTimeout time.Duration `env:"HTTP_DRAIN_TIMEOUT" default:"15s"`
	MaxBodyBytes int64         `env:"MAX_BODY_BYTES" default:"65536"`
	// TrustedProxies are addresses and networks, with commas between, whose X-Forwarded-For is believed. Nobody's otherwise.
	TrustedProxies string `env:"TRUSTED_PROXIES" optional:"true"`
}

// RateLimit is how many requests one client may make of one route.
type RateLimit struct {
	// PerSecond 0 turns the limit off.
	PerSecond float64 `env:"RATE_LIMIT_RPS" default:"10"`
	Burst     int     `env:"RATE_LIMIT_BURST" default:"20"`
}

// LoginRateLimit is RateLimit for the login, where each request is a guess.
type LoginRateLimit struct {
	PerSecond float64 `env:"LOGIN_RATE_LIMIT_RPS" default:"1"`
	Burst     int     `env:"LOGIN_RATE_LIMIT_BURST" default:"3"`
}

// LoginUserRateLimit is LoginRateLimit for one username, from whatever addresses. It refills in seconds: a guesser must be slow, and nobody
// locked out once he has stopped.
type LoginUserRateLimit struct {
	PerSecond float64 `env:"LOGIN_USER_RATE_LIMIT_RPS" default:"0.5"`
	Burst     int     `env:"LOGIN_USER_RATE_LIMIT_BURST" default:"10"`
}

// Proxies returns the entries of TrustedProxies.
func (s *Server) Proxies() []string {
	return strings.FieldsFunc(s.TrustedProxies, func(r rune) bool { return r == ',' || r == ' ' })
}

// Validate refuses a server without limits.
func (s *Server) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"REQUEST_TIMEOUT": s.RequestTimeout, "HTTP_READ_TIMEOUT": s.ReadTimeout, "HTTP_IDLE_TIMEOUT": s.IdleTimeout,
	})
	if s.MaxBodyBytes < 1 {
		faults = append(faults, errors.New("MAX_BODY_BYTES must be at least 1"))
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

// Validate refuses a limit that would let nobody in.
func (r *RateLimit) Validate() error { return checkLimit("RATE_LIMIT", r.PerSecond, r.Burst) }

// Validate refuses a limit that would let nobody in.
func (r *LoginRateLimit) Validate() error {
	return checkLimit("LOGIN_RATE_LIMIT", r.PerSecond, r.Burst)
}

// Validate refuses a limit that would let nobody in.
func (r *LoginUserRateLimit) Validate() error {
	return checkLimit("LOGIN_USER_RATE_LIMIT", r.PerSecond, r.Burst)
}

func checkLimit(name string, perSecond float64, burst int) error {
	if perSecond < 0 || burst < 1 {
		return fmt.Errorf("%s_RPS must not be negative, and %s_BURST must be at least 1", name, name)
	}
	return nil
}
