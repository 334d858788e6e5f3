package mtls

import (
	"cmp"
	"crypto/tls"
	"sync"
	"time"

	"go.uber.org/zap"

	"shop/platform/logging"
)

// Certificate is the certificate of a server whose clients show none, such as browsers. Its files are read again while it is in use.
type Certificate struct {
	certFile, keyFile string
	interval          time.Duration
	log               *zap.Logger

	mu      sync.Mutex
	current tls.Certificate
	readAt  time.Time
	fault   string
}

// OpenCertificate reads the files. Without a key file, the key is in the file of the certificate.
func OpenCertificate(certFile, keyFile string, interval time.Duration, log *zap.Logger) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: cmp.Or(keyFile, certFile), interval: interval, log: log, readAt: time.Now()}
	var err error
	c.current, err = tls.LoadX509KeyPair(c.certFile, c.keyFile)
	return c, err
}

// Config returns the settings of a server.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.at(time.Now()), nil },
	}
}

// at reads the files when the last time was an interval ago. If they do not fit, what was read before stays in use.
func (c *Certificate) at(now time.Time) *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Sub(c.readAt) >= c.interval {
		c.readAt = now
		next, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
		switch {
		case err == nil:
			c.current, c.fault = next, ""
		case err.Error() != c.fault:
			c.fault = err.Error()
			c.log.Warn("certificate files do not fit, the ones before stay in use", logging.Event("platform.tls.rejected"), logging.Error(err))
		}
	}
	current := c.current
	return &current
}
