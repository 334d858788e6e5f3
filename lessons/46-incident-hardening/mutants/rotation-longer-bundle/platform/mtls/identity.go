package mtls

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"shop/platform/logging"
)

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
	case len(m.raw) > len(before.raw) || !bytes.Equal(m.cert.Certificate[0], before.cert.Certificate[0]):
		i.current.Store(m)
		i.log.Info("certificate replaced", logging.Event("platform.tls.reloaded"), zap.Time("not_after", m.cert.Leaf.NotAfter))
		i.fault, i.warned = "", time.Time{}
	}
	i.warnOfExpiry(time.Now())
}
