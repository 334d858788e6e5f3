package mtls

import (
	"context"
	"crypto/x509"
	"fmt"
	"strings"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"
)

// idPrefix is how the name of a service begins in its certificate: spiffe://shop/order. The same name is in it as a DNS name, which is what
// clients check.
const idPrefix = "spiffe://shop/"

// Operator is the name in the certificates of people who call a service directly, say with grpcurl.
const Operator = "operator"

// Peer returns which service makes the call; false on a connection without TLS.
func Peer(ctx context.Context) (service string, ok bool) {
	caller, ok := peer.FromContext(ctx)
	if !ok {
		return "", false
	}
	info, ok := caller.AuthInfo.(credentials.TLSInfo)
	if !ok || len(info.State.PeerCertificates) == 0 {
		return "", false
	}
	service, err := serviceOf(info.State.PeerCertificates[0])
	return service, err == nil
}

// serviceOf returns the name of the service that the certificate is for.
func serviceOf(certificate *x509.Certificate) (string, error) {
	if len(certificate.URIs) != 1 {
		return "", fmt.Errorf("certificate has %d URIs, want one: %sNAME", len(certificate.URIs), idPrefix)
	}
	id := certificate.URIs[0].String()
	name, ok := strings.CutPrefix(id, idPrefix)
	if !ok || name == "" || strings.ContainsAny(name, "/?#%") {
		return "", fmt.Errorf("certificate is for %q, want %sNAME", id, idPrefix)
	}
	return name, nil
}
