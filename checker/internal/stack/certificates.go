package stack

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"shop/platform/mtls"
	"shop/platform/mtls/authority"

	"stagecraft/checker/internal/proc"

	"go.uber.org/zap"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// certificateLifetime outlasts every run.
const certificateLifetime = 7 * 24 * time.Hour

// Secured says whether the services of the stage, or the copy of one, in dir speak mutual TLS with each other.
func Secured(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "platform", "mtls"))
	return err == nil && info.IsDir()
}

// Certificates are a CA of one run and the certificates that it has signed, one for each service and one for an operator. The links have
// those of the services between which they are, so that these cannot see them.
type Certificates struct {
	authority.Directory
	identities map[string]*mtls.Identity
	remove     func()
}

func newCertificates() (*Certificates, error) {
	dir, remove, err := proc.TempDir("", "stagecraft-certificates-")
	if err != nil {
		return nil, err
	}
	c := &Certificates{Directory: authority.Directory(dir), identities: map[string]*mtls.Identity{}, remove: remove}
	if err := c.fill(); err != nil {
		remove()
		return nil, fmt.Errorf("make certificates: %w", err)
	}
	return c, nil
}

func (c *Certificates) fill() error {
	if err := c.Init(); err != nil {
		return err
	}
	names := append(Names(), mtls.Operator)
	if err := c.Renew(true, certificateLifetime, names...); err != nil {
		return err
	}
	for _, name := range names {
		identity, err := mtls.New(name, mtls.Config{CertFile: c.File(name), CAFile: c.Bundle()}, zap.NewNop())
		if err != nil {
			return err
		}
		c.identities[name] = identity
	}
	return nil
}

// environ is what a service needs to use its certificate. Without certificates it is told to do without.
func (c *Certificates) environ(service string) map[string]string {
	if c == nil {
		return map[string]string{"TLS_MODE": "off"}
	}
	return map[string]string{
		"TLS_MODE": "mutual", "TLS_CERT_FILE": c.File(service), "TLS_CA_FILE": c.Bundle(),
	}
}

// link is what the link between two services shows to each of them: to the caller it is the callee, to the callee the caller.
func (c *Certificates) link(caller, callee string) (listen, dial credentials.TransportCredentials) {
	if c == nil {
		return insecure.NewCredentials(), insecure.NewCredentials()
	}
	return c.identities[callee].Server(caller), c.identities[caller].Client(callee)
}

// direct is what a check uses to call a service past the links: it acts as the last of those that call it.
func (c *Certificates) direct(callee string) credentials.TransportCredentials {
	if c == nil {
		return insecure.NewCredentials()
	}
	caller := mtls.Operator
	for _, k := range services {
		if slices.Contains(k.calls, callee) {
			caller = k.name
		}
	}
	return c.identities[caller].Client(callee)
}

func (c *Certificates) close() {
	if c != nil {
		c.remove()
	}
}
