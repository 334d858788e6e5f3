package mtls

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// observe serves when the certificate of the service, and the first of its CAs, ends.
func (i *Identity) observe(registry *prometheus.Registry) {
	serveExpiry(registry, "own", func() time.Time { return i.current.Load().cert.Leaf.NotAfter })
	serveExpiry(registry, "ca", func() time.Time { return i.current.Load().caExpiry })
}

// Observe serves when the certificate ends.
func (c *Certificate) Observe(registry *prometheus.Registry) {
	serveExpiry(registry, "http", func() time.Time { return c.at(time.Now()).Leaf.NotAfter })
}

func serveExpiry(registry *prometheus.Registry, certificate string, expiry func() time.Time) {
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "tls_certificate_expiry_timestamp_seconds",
		Help:        "When the certificate of this service (own), the first CA that it trusts (ca), or that of the gateway for clients (http) ends.",
		ConstLabels: prometheus.Labels{"certificate": certificate},
	}, func() float64 { return float64(expiry().Unix()) }))
}
