package authority

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	signerFile = "ca-key.pem"
	bundleFile = "ca.pem"
	// caLifetime is long: a CA of development is in no system's trust store.
	caLifetime = 365 * 24 * time.Hour
)

// Directory has a CA and the certificates that it signed: ca-key.pem is the CA with its key, ca.pem the CAs to trust, and each NAME.pem the
// certificate and the key of a service, in one file, so that both are replaced at once.
type Directory string

// File is the file with the certificate and the key of a service.
func (d Directory) File(service string) string { return filepath.Join(string(d), service+".pem") }

// Bundle is the file with the CAs to trust.
func (d Directory) Bundle() string { return filepath.Join(string(d), bundleFile) }

// Init makes a CA, unless there is one.
func (d Directory) Init() error {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return err
	}
	switch _, err := d.open(); {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return d.addCA(nil)
}

// AddCA makes a new CA, which signs from now on, and adds it to the bundle. The ones before stay trusted until DropOldCAs.
func (d Directory) AddCA() error {
	bundle, err := os.ReadFile(d.Bundle())
	if err != nil {
		return err
	}
	return d.addCA(bundle)
}

// DropOldCAs leaves only the CA that signs now in the bundle. Renew the certificates first.
func (d Directory) DropOldCAs() error {
	ca, err := d.open()
	if err != nil {
		return err
	}
	return replace(d.Bundle(), ca.Certificate())
}

// Renew issues the certificates of services anew. With less than half of its time left, or missing, one is issued in any case.
func (d Directory) Renew(all bool, lifetime time.Duration, services ...string) error {
	ca, err := d.open()
	if err != nil {
		return err
	}
	now := time.Now()
	for _, service := range services {
		if !all && lasts(d.File(service), now.Add(lifetime/2)) {
			continue
		}
		pair, err := ca.Issue(service, now, now.Add(lifetime))
		if err != nil {
			return err
		}
		if err := replace(d.File(service), pair); err != nil {
			return err
		}
	}
	return nil
}

func (d Directory) open() (*Authority, error) {
	text, err := os.ReadFile(filepath.Join(string(d), signerFile))
	if err != nil {
		return nil, err
	}
	ca, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", signerFile, err)
	}
	return ca, nil
}

// addCA writes the bundle first: a certificate that a CA outside of the bundle has signed would be refused by all.
func (d Directory) addCA(bundle []byte) error {
	ca, err := New(caLifetime)
	if err != nil {
		return err
	}
	signer, err := ca.Encode()
	if err != nil {
		return err
	}
	if err := replace(d.Bundle(), append(bytes.Clone(bundle), ca.Certificate()...)); err != nil {
		return err
	}
	return replace(filepath.Join(string(d), signerFile), signer)
}

func lasts(path string, until time.Time) bool {
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return false
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	return err == nil && certificate.NotAfter.After(until)
}

// replace writes a file at once: a reader sees the old content or the new.
func replace(path string, content []byte) error {
	next := path + ".new"
	if err := os.WriteFile(next, content, 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}
