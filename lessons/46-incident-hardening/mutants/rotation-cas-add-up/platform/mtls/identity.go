package mtls

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
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
	case !bytes.Equal(m.raw, before.raw):
		next := *m
		next.roots = before.roots.Clone()
		for block, rest := pem.Decode(m.raw[bytes.LastIndexByte(m.raw, 0)+1:]); block != nil; block, rest = pem.Decode(rest) {
			if ca, err := x509.ParseCertificate(block.Bytes); err == nil {
				next.roots.AddCert(ca)
			}
		}
		i.current.Store(&next)
		i.log.Info("certificate replaced", logging.Event("platform.tls.reloaded"), zap.Time("not_after", m.cert.Leaf.NotAfter))
		i.fault, i.warned = "", time.Time{}
	}
	i.warnOfExpiry(time.Now())
}
