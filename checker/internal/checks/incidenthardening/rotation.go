package incidenthardening

import (
	"context"
	"crypto/tls"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/peer"

	"shop/platform/mtls"
	"shop/platform/mtls/authority"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

const (
	lifetime = 24 * time.Hour
	// age is how old the connections of a service become. A new connection is a new handshake.
	age = 200 * time.Millisecond
)

// quick is an environment in which certificates are read and connections are made anew all the time.
var quick = map[string]string{
	"TLS_RELOAD_INTERVAL": "50ms", "GRPC_MAX_CONNECTION_AGE": age.String(), "GRPC_CLIENT_BACKOFF_MAX": "100ms",
}

// rotation replaces certificates and CAs while customers look at a product.
func rotation(t *check.T) {
	t.Step("start gateway and inventory")
	s := t.Stack(stack.Options{Direct: true, Env: quick, ServiceEnv: map[string]map[string]string{"gateway": alone}})
	t.Baseline(func() {
		product, err := s.Shop.PutProduct(t.Context(), "lamp", "Lamp", 500)
		t.NoError("the product", err)
		t.True(product.OK(), check.Failure{Sentence: "a product is refused", Expected: "200", Seen: product.String()})
		stock, err := s.Shop.AdjustStock(t.Context(), "lamp", "stock", 10)
		t.NoError("the delivery", err)
		t.True(stock.OK(), check.Failure{Sentence: "a delivery is refused", Expected: "200", Seen: stock.String()})
	})
	inventory := s.Service("inventory").Addr
	before := caller(t, s.Certificates.Directory, "before").Client("inventory")
	old := authority.Directory(filepath.Join(string(s.Certificates.Directory), "before"))

	t.Step("renew the certificate of inventory; the CA stays")
	t.Ours("renew a certificate", s.Certificates.Renew(true, lifetime, "inventory"))
	showsNew(t, s, before)
	t.Step("a bundle that was cut off in the middle is not used")
	whole := bundle(t, s.Certificates.Directory)
	var err error
	writeBundle(t, s.Certificates.Directory, append(whole, whole[:len(whole)/2]...))
	refused := t.Within(2*age, func() bool {
		_, err = shake(t.Context(), before, inventory)
		return err != nil
	})
	t.True(!refused, check.Failure{
		ID: "damaged", Sentence: "inventory refuses its callers since its bundle is damaged", Expected: "what was read before stays in use", Seen: fmt.Sprint(err),
		Why: "Files are written while they are read. What does not fit together must not replace what works.",
	})
	writeBundle(t, s.Certificates.Directory, whole)

	t.Step("add a CA to the bundle; the certificates of the services stay")
	t.Ours("add a CA", s.Certificates.AddCA())
	after := caller(t, s.Certificates.Directory, "after").Client("inventory")
	becomes(t, check.Failure{
		ID: "ca-ignored", Sentence: "inventory refuses a caller whose certificate the new CA has signed", Expected: "accepted, TLS_RELOAD_INTERVAL after the bundle was changed",
		Why: "A CA is replaced in three steps: add the new one to all bundles, renew the certificates, drop the old one. The first step changes no certificate.",
	}, func() (string, bool) {
		_, err := shake(t.Context(), after, inventory)
		return fmt.Sprint(err), err == nil
	})
	t.Step("renew the certificate of inventory; the new CA signs it")
	t.Ours("renew a certificate", s.Certificates.Renew(true, lifetime, "inventory"))
	showsNew(t, s, after)
	served(t, s, "client", "the gateway does not accept the certificate of inventory, which the new CA has signed")
	t.Step("renew the certificate of the gateway")
	t.Ours("renew a certificate", s.Certificates.Renew(true, lifetime, "gateway"))
	served(t, s, "client", "the gateway is not accepted with a certificate that the new CA has signed")

	t.Step("drop the old CA")
	writeBundle(t, old, bundle(t, s.Certificates.Directory)) // the caller trusts both: it is inventory that must refuse
	before = identityIn(t, old).Client("inventory")
	t.Ours("drop the old CA", s.Certificates.DropOldCAs())
	becomes(t, check.Failure{
		ID: "old-ca", Sentence: "inventory accepts a caller whose certificate a CA has signed that is not in the bundle any more", Expected: "refused",
		Why: "A CA is dropped because its key may be known to others.",
	}, func() (string, bool) {
		_, err := shake(t.Context(), before, inventory)
		return "accepted", err != nil
	})
	served(t, s, "client", "requests fail after the old CA was dropped")
}

// alone is the environment of a gateway with inventory behind it, and nothing else.
var alone = map[string]string{"ORDER_TARGET": unused, "WALLET_TARGET": unused, "GATEWAY_READINESS_REQUIRES": "inventory"}

// caller makes a gateway with a certificate that the present CA has signed.
func caller(t *check.T, dir authority.Directory, name string) *mtls.Identity {
	signer, err := os.ReadFile(filepath.Join(string(dir), "ca-key.pem"))
	t.Ours("read the CA", err)
	ca, err := authority.Parse(signer)
	t.Ours("read the CA", err)
	pair, err := ca.Issue("gateway", time.Now(), time.Now().Add(lifetime))
	t.Ours("sign a certificate", err)
	own := authority.Directory(filepath.Join(string(dir), name))
	t.Ours("make a directory", os.MkdirAll(string(own), 0o700))
	t.Ours("write a certificate", os.WriteFile(own.File("gateway"), pair, 0o600))
	// The caller trusts the CAs of now and of later: it is the server that is judged.
	writeBundle(t, own, bundle(t, dir))
	return identityIn(t, own)
}

func identityIn(t *check.T, dir authority.Directory) *mtls.Identity {
	identity, err := mtls.New("gateway", mtls.Config{CertFile: dir.File("gateway"), CAFile: dir.Bundle()}, zap.NewNop())
	t.Ours("use a certificate", err)
	return identity
}

func bundle(t *check.T, dir authority.Directory) []byte {
	text, err := os.ReadFile(dir.Bundle())
	t.Ours("read the bundle", err)
	return text
}

func writeBundle(t *check.T, dir authority.Directory, content []byte) {
	next := dir.Bundle() + ".next"
	t.Ours("write the bundle", os.WriteFile(next, content, 0o600))
	t.Ours("write the bundle", os.Rename(next, dir.Bundle()))
}

// shake makes a connection and a call, and returns the number of the server's certificate.
func shake(ctx context.Context, as credentials.TransportCredentials, addr string) (*big.Int, error) {
	conn, err := grpc.NewClient("passthrough:///"+addr, grpc.WithTransportCredentials(as), grpc.WithDisableRetry())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var server peer.Peer
	if _, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{}, grpc.Peer(&server)); err != nil {
		return nil, err
	}
	info, ok := server.AuthInfo.(credentials.TLSInfo)
	if !ok {
		return nil, fmt.Errorf("the connection to %s has no TLS", addr)
	}
	return info.State.PeerCertificates[0].SerialNumber, nil
}

// showsNew waits until inventory shows the certificate that is in its file.
func showsNew(t *check.T, s *stack.Stack, as credentials.TransportCredentials) {
	want := serial(t, s.Certificates.File("inventory"))
	becomes(t, check.Failure{
		ID: "certificate", Sentence: "inventory does not show its new certificate", Expected: fmt.Sprintf("number %x", want),
		Why: "A certificate that is renewed and not used expires.",
	}, func() (string, bool) {
		got, err := shake(t.Context(), as, s.Service("inventory").Addr)
		return fmt.Sprintf("number %x (%v)", got, err), err == nil && got.Cmp(want) == 0
	})
}

// served requires that customers are served on connections that are all new.
func served(t *check.T, s *stack.Stack, id, sentence string) {
	var since time.Time
	becomes(t, check.Failure{
		ID: id, Sentence: sentence, Expected: "a stock, again and again, on connections that live for " + age.String(),
		Why: "A connection that is open goes on with the certificates of its beginning. What is wrong shows when it is made anew.",
	}, func() (string, bool) {
		answer, err := s.Shop.Stock(t.Context(), "lamp")
		if err != nil || answer.Status != http.StatusOK {
			since = time.Time{}
			return fmt.Sprintf("%s (%v)", answer, err), false
		}
		if since.IsZero() {
			since = time.Now()
		}
		return "200, for a moment", time.Since(since) > 3*age
	})
}

// serial is the number of the certificate in a file.
func serial(t *check.T, file string) *big.Int {
	pair, err := tls.LoadX509KeyPair(file, file)
	t.Ours("read a certificate", err)
	return pair.Leaf.SerialNumber
}
