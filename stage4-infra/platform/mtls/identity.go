// Package mtls is mutual TLS between services: each proves with a certificate of the shop's CA which service it is. Certificates and CAs are
// replaced while the service runs.
package mtls

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/platform/periodic"
)

// expiryInterval is between two warnings of the same certificate.
const expiryInterval = time.Hour

// Identity is the certificate of this service and the CAs that it trusts. Without them, as with TLS_MODE=off, its connections are plain text.
type Identity struct {
	cfg     Config
	log     *zap.Logger
	current atomic.Pointer[material]
	watch   *periodic.Task

	// What the log has been told: only reload reads and writes it.
	fault  string
	warned time.Time
}

// New reads the files, which must be those of the service. With TLS_MODE=off it reads none.
func New(service string, cfg Config, log *zap.Logger) (*Identity, error) {
	i := &Identity{cfg: cfg, log: log}
	i.watch = periodic.New(cfg.ReloadInterval, log, i.reload)
	if cfg.Mode == modeOff {
		log.Warn("connections between services are plain text", logging.Event("platform.tls.disabled"))
		return i, nil
	}
	m, err := load(&cfg, time.Now())
	if err != nil {
		return nil, err
	}
	if m.service != service {
		return nil, fmt.Errorf("TLS_CERT_FILE is the certificate of %q, want that of %q", m.service, service)
	}
	i.current.Store(m)
	return i, nil
}

// Start reads the files again at each interval, until Stop.
func (i *Identity) Start(ctx context.Context) error {
	if i.plain() {
		return nil
	}
	return i.watch.Start(ctx)
}

// Stop ends what Start began. The identity stays as it is.
func (i *Identity) Stop(ctx context.Context) error {
	if i.plain() {
		return nil
	}
	return i.watch.Stop(ctx)
}

func (i *Identity) plain() bool { return i.current.Load() == nil }

// reload takes over files that have changed. As long as they do not fit together, what was read before stays in use.
func (i *Identity) reload(context.Context) {
	before := i.current.Load()
	m, err := load(&i.cfg, time.Now())
	if err == nil && m.service != before.service {
		err = fmt.Errorf("TLS_CERT_FILE is the certificate of %q, want that of %q", m.service, before.service)
	}
	switch {
	case err != nil:
		i.reject(err)
	case !bytes.Equal(m.raw, before.raw):
		i.current.Store(m)
		i.log.Info("certificate replaced", logging.Event("platform.tls.reloaded"), zap.Time("not_after", m.cert.Leaf.NotAfter))
		i.fault, i.warned = "", time.Time{}
	}
	i.warnOfExpiry(time.Now())
}

// reject logs each fault once: files that are written one after the other do not fit for a moment.
func (i *Identity) reject(fault error) {
	if fault.Error() == i.fault {
		return
	}
	i.fault = fault.Error()
	i.log.Warn("certificate files do not fit, the ones before stay in use", logging.Event("platform.tls.rejected"), logging.Error(fault))
}

func (i *Identity) warnOfExpiry(now time.Time) {
	expiry := i.current.Load().cert.Leaf.NotAfter
	if expiry.Sub(now) > i.cfg.ExpiryWarning || now.Sub(i.warned) < expiryInterval {
		return
	}
	i.warned = now
	i.log.Error("certificate is about to expire", logging.Event("platform.tls.expiring"), zap.Time("not_after", expiry))
}
