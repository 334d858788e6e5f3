// Package authority is a CA for development and tests: it signs the certificates by which services recognise each other.
package authority

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// skew is how far the clock of a service may be behind.
const skew = 5 * time.Minute

// Authority is a CA with its key.
type Authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// New makes a CA that is valid from now on.
func New(lifetime time.Duration) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "Shop CA of " + time.Now().UTC().Format(time.DateTime)},
		NotBefore:             time.Now().Add(-skew),
		NotAfter:              time.Now().Add(lifetime),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return &Authority{certificate: certificate, key: key}, err
}

// Issue returns a new key, and a certificate in which the service has its name as a DNS name and as a SPIFFE ID, both in PEM.
func (a *Authority) Issue(service string, from, until time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: service},
		NotBefore:   from.Add(-skew),
		NotAfter:    until,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:    []string{service},
		URIs:        []*url.URL{{Scheme: "spiffe", Host: "shop", Path: "/" + service}},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("sign certificate of %s: %w", service, err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return append(encode(certificateBlock, der), encode(keyBlock, private)...), nil
}

// Certificate returns the certificate of the CA in PEM, for the bundles of those who trust it.
func (a *Authority) Certificate() []byte { return encode(certificateBlock, a.certificate.Raw) }

// Encode returns the certificate and the key of the CA in PEM, for Parse.
func (a *Authority) Encode() ([]byte, error) {
	private, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return nil, err
	}
	return append(a.Certificate(), encode(keyBlock, private)...), nil
}

// Parse reads what Encode has written.
func Parse(text []byte) (*Authority, error) {
	certificate, rest := pem.Decode(text)
	key, _ := pem.Decode(rest)
	if certificate == nil || key == nil {
		return nil, errors.New("want a certificate and a key in PEM")
	}
	parsed, err := x509.ParseCertificate(certificate.Bytes)
	if err != nil {
		return nil, err
	}
	private, err := x509.ParsePKCS8PrivateKey(key.Bytes)
	if err != nil {
		return nil, err
	}
	signer, ok := private.(crypto.Signer)
	if !ok || !parsed.IsCA {
		return nil, errors.New("want the certificate and the key of a CA")
	}
	return &Authority{certificate: parsed, key: signer}, nil
}

const (
	certificateBlock = "CERTIFICATE"
	keyBlock         = "PRIVATE KEY"
)

func encode(block string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: block, Bytes: der})
}
