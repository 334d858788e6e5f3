package mtls

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"
)

// material is what the files held when they were read.
type material struct {
	raw      []byte
	cert     tls.Certificate
	service  string
	roots    *x509.CertPool
	caExpiry time.Time
}

// load reads the files and checks that they fit together, so that a half-written pair, or a certificate whose CA is not yet in the bundle,
// is an error here and not in the handshakes of others.
func load(cfg *Config, now time.Time) (*material, error) {
	certPEM, certErr := readFile("TLS_CERT_FILE", cfg.CertFile)
	keyPEM, keyErr := readFile("TLS_KEY_FILE", cmp.Or(cfg.KeyFile, cfg.CertFile))
	caPEM, caErr := readFile("TLS_CA_FILE", cfg.CAFile)
	if err := errors.Join(certErr, keyErr, caErr); err != nil {
		return nil, err
	}
	m := &material{raw: bytes.Join([][]byte{certPEM, keyPEM, caPEM}, []byte{0})}
	var err error
	if m.cert, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		return nil, fmt.Errorf("TLS_CERT_FILE and TLS_KEY_FILE: %w", err)
	}
	if m.service, err = serviceOf(m.cert.Leaf); err != nil {
		return nil, fmt.Errorf("TLS_CERT_FILE: %w", err)
	}
	if err := m.readCAs(caPEM); err != nil {
		return nil, fmt.Errorf("TLS_CA_FILE: %w", err)
	}
	if err := m.verify(now); err != nil {
		return nil, fmt.Errorf("TLS_CERT_FILE: %w", err)
	}
	return m, nil
}

func readFile(variable, path string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", variable, err)
	}
	return raw, nil
}

// readCAs is strict where AppendCertsFromPEM skips what it cannot parse: a damaged bundle must not replace a good one.
func (m *material) readCAs(bundle []byte) error {
	m.roots = x509.NewCertPool()
	for {
		block, rest := pem.Decode(bundle)
		if block == nil {
			break
		}
		bundle = rest
		ca, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return err
		}
		m.roots.AddCert(ca)
		if m.caExpiry.IsZero() || ca.NotAfter.Before(m.caExpiry) {
			m.caExpiry = ca.NotAfter
		}
	}
	switch {
	case m.caExpiry.IsZero():
		return errors.New("no certificate in it")
	case len(bytes.TrimSpace(bundle)) > 0:
		return errors.New("not only PEM in it")
	}
	return nil
}

// verify checks the certificate as the others will, as a server and as a client.
func (m *material) verify(now time.Time) error {
	intermediates := x509.NewCertPool()
	for _, der := range m.cert.Certificate[1:] {
		ca, err := x509.ParseCertificate(der)
		if err != nil {
			return err
		}
		intermediates.AddCert(ca)
	}
	for _, usage := range []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth} {
		_, err := m.cert.Leaf.Verify(x509.VerifyOptions{
			DNSName: m.service, Roots: m.roots, Intermediates: intermediates, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
