package mtls

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Server returns the credentials of a gRPC server that the callers, and the service itself (for its probes), may call.
func (i *Identity) Server(callers ...string) credentials.TransportCredentials {
	return i.transport(func(m *material) *tls.Config {
		return &tls.Config{
			MinVersion:   tls.VersionTLS13,
			Certificates: []tls.Certificate{m.cert},
			ClientAuth:   tls.RequireAndVerifyClientCert,
			ClientCAs:    m.roots,
			// A resumed session would not be verified against the present CAs.
			SessionTicketsDisabled: true,
			VerifyConnection: func(state tls.ConnectionState) error {
				caller, err := serviceOf(state.PeerCertificates[0])
				if err == nil && caller != m.service && !slices.Contains(callers, caller) {
					err = fmt.Errorf("%s may not call %s", caller, m.service)
				}
				return err
			},
		}
	})
}

// Client returns the credentials for calls to a service. Only a server with a certificate of that service is accepted, wherever it is.
func (i *Identity) Client(service string) credentials.TransportCredentials {
	return i.transport(func(m *material) *tls.Config {
		return &tls.Config{
			MinVersion:   tls.VersionTLS13,
			Certificates: []tls.Certificate{m.cert},
			RootCAs:      m.roots,
			ServerName:   service,
		}
	})
}

func (i *Identity) transport(config func(*material) *tls.Config) credentials.TransportCredentials {
	if i.plain() {
		return insecure.NewCredentials()
	}
	latest := func() credentials.TransportCredentials { return credentials.NewTLS(config(i.current.Load())) }
	return transport{TransportCredentials: latest(), latest: latest}
}

// transport makes each handshake with the files as they are then. gRPC's own credentials would keep the first ones for ever.
type transport struct {
	credentials.TransportCredentials
	latest func() credentials.TransportCredentials
}

// ClientHandshake makes a connection with the present certificate.
func (t transport) ClientHandshake(ctx context.Context, authority string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return t.latest().ClientHandshake(ctx, authority, conn)
}

// ServerHandshake takes a connection with the present certificate.
func (t transport) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return t.latest().ServerHandshake(conn)
}

// Clone returns a copy for gRPC.
func (t transport) Clone() credentials.TransportCredentials { return t }
