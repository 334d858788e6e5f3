package mtls

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"shop/platform/logging"
)

// reload uses the files as they are now. As long as they do not fit together, what was read before stays in use.
func (i *Identity) reload(context.Context) {
	now, before := time.Now(), i.current.Load()
	m, err := load(&i.cfg, now)
	if err == nil && m.service != before.service {
		err = fmt.Errorf("TLS_CERT_FILE is the certificate of %q, want that of %q", m.service, before.service)
	}
	if err != nil {
		i.reject(err)
	} else {
		i.current.Store(m)
		if !m.cert.Leaf.NotAfter.Equal(before.cert.Leaf.NotAfter) {
			i.log.Info("certificate replaced", logging.Event("platform.tls.reloaded"), zap.Time("not_after", m.cert.Leaf.NotAfter))
			i.warned = time.Time{}
		}
		i.fault = ""
	}
	i.warnOfExpiry(now)
}
