// Package config has the configuration of the gateway.
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"go.uber.org/zap"

	"shop/gateway/internal/identity"
	"shop/platform/auth"
	"shop/platform/config"
	"shop/platform/grpcclient"
	"shop/platform/health"
	"shop/platform/lifecycle"
	"shop/platform/mtls"
	"shop/platform/overload"
)

// Config is the whole configuration.
type Config struct {
	Basics             lifecycle.Basics
	Server             Server
	Events             Events
	Targets            Targets
	RateLimit          RateLimit
	Buckets            Buckets
	LoginRateLimit     LoginRateLimit
	LoginUserRateLimit LoginUserRateLimit
	Auth               auth.Config
	Login              identity.Config
	Client             grpcclient.Config
	Overload           overload.Config
	Health             health.Config
	// Requires is one of the services: while one answers, the gateway can serve a part of the shop, and says itself what is missing.
	Requires health.Requirement `env:"GATEWAY_READINESS_REQUIRES" default:"order/inventory/wallet"`
}

// Validate rejects a login whose tokens the services would not accept, and requests whose time is over before a call is repeated.
func (c *Config) Validate() error {
	var noTime error
	if c.Client.Retry.LongestPauses()+c.Client.Overhead >= c.Server.RequestTimeout {
		noTime = errors.New("REQUEST_TIMEOUT leaves no time for the pauses of GRPC_RETRY_MAX_ATTEMPTS attempts and DEADLINE_OVERHEAD")
	}
	return errors.Join(c.Login.ValidateKey(c.Auth), noTime)
}

// Targets are the services behind the gateway, as host:port.
type Targets struct {
	Order     string `env:"ORDER_TARGET"`
	Inventory string `env:"INVENTORY_TARGET"`
	Wallet    string `env:"WALLET_TARGET"`
}

// Server holds the settings of the HTTP server.
type Server struct {
	Addr string `env:"GATEWAY_ADDR"`
	// TLSCertFile turns on TLS for clients. TLSKeyFile is the key, if it is in a file of its own. Both are read again every TLSReloadInterval.
	TLSCertFile       string        `env:"HTTP_TLS_CERT_FILE" optional:"true"`
	TLSKeyFile        string        `env:"HTTP_TLS_KEY_FILE" optional:"true"`
	TLSReloadInterval time.Duration `env:"HTTP_TLS_RELOAD_INTERVAL" default:"10s"`
	// RequestTimeout bounds a request and all calls that it causes.
	RequestTimeout time.Duration `env:"REQUEST_TIMEOUT" default:"15s"`
	// ReadTimeout is how long a client may take to send a request, WriteTimeout how long to receive the answer once there is one, and
	// IdleTimeout how long a connection may be unused.
	ReadTimeout  time.Duration `env:"HTTP_READ_TIMEOUT" default:"10s"`
	WriteTimeout time.Duration `env:"HTTP_WRITE_TIMEOUT" default:"5s"`
	IdleTimeout  time.Duration `env:"HTTP_IDLE_TIMEOUT" default:"60s"`
	// MaxConnections is how many clients may be connected; further ones wait. MaxStreams bounds the requests of one connection at the same
	// time, which HTTP/2 allows.
	MaxConnections int `env:"HTTP_MAX_CONNECTIONS" default:"10000"`
	MaxStreams     int `env:"HTTP_MAX_STREAMS" default:"100"`
	// MaxBodyBytes and MaxHeaderBytes bound the size of a request, MaxLoggedBody how many characters of a body are logged.
	MaxBodyBytes   int64 `env:"MAX_BODY_BYTES" default:"65536"`
	MaxHeaderBytes int   `env:"MAX_HEADER_BYTES" default:"16384"`
	MaxLoggedBody  int   `env:"MAX_LOGGED_BODY" default:"2000"`
	// TrustedProxies are comma-separated addresses and networks whose X-Forwarded-For is trusted. Without any, the header is ignored.
	TrustedProxies string `env:"TRUSTED_PROXIES" optional:"true"`
}

// Events holds the limits of event streams.
type Events struct {
	// Heartbeat is the time between two signs of life. It must be shorter than what proxies allow a silent connection.
	Heartbeat time.Duration `env:"EVENTS_HEARTBEAT" default:"15s"`
	// MaxDuration is how long a stream may last. Its client connects again and goes on where it was.
	MaxDuration time.Duration `env:"EVENTS_MAX_DURATION" default:"15m"`
	// Retry is about how long a client waits before it connects again after a stream that ended before the order did.
	Retry time.Duration `env:"EVENTS_RETRY" default:"2s"`
	// MaxPerUser is how many streams of one user may be open at a time.
	MaxPerUser int `env:"EVENTS_MAX_PER_USER" default:"5"`
}

// Validate rejects streams without limits.
func (e *Events) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"EVENTS_HEARTBEAT": e.Heartbeat, "EVENTS_MAX_DURATION": e.MaxDuration, "EVENTS_RETRY": e.Retry,
	})
	if e.MaxPerUser < 1 {
		faults = append(faults, errors.New("EVENTS_MAX_PER_USER must be at least 1"))
	}
	return errors.Join(faults...)
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

// Encrypted says whether clients use TLS.
func (s *Server) Encrypted() bool { return s.TLSCertFile != "" }

// Validate rejects a server without limits.
func (s *Server) Validate() error {
	faults := config.Positive(map[string]time.Duration{
		"REQUEST_TIMEOUT": s.RequestTimeout, "HTTP_READ_TIMEOUT": s.ReadTimeout, "HTTP_IDLE_TIMEOUT": s.IdleTimeout,
		"HTTP_WRITE_TIMEOUT": s.WriteTimeout, "HTTP_TLS_RELOAD_INTERVAL": s.TLSReloadInterval,
	})
	if s.MaxBodyBytes < 1 {
		faults = append(faults, errors.New("MAX_BODY_BYTES must be at least 1"))
	}
	if s.MaxConnections < 1 || s.MaxStreams < 1 {
		faults = append(faults, errors.New("HTTP_MAX_CONNECTIONS and HTTP_MAX_STREAMS must be at least 1"))
	}
	if s.TLSKeyFile != "" && !s.Encrypted() {
		faults = append(faults, errors.New("HTTP_TLS_KEY_FILE is set, but HTTP_TLS_CERT_FILE is not"))
	}
	if s.Encrypted() {
		if _, err := mtls.OpenCertificate(s.TLSCertFile, s.TLSKeyFile, s.TLSReloadInterval, zap.NewNop()); err != nil {
			faults = append(faults, fmt.Errorf("HTTP_TLS_CERT_FILE: %w", err))
		}
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
