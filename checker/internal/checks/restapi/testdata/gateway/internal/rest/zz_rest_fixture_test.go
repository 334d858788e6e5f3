package rest_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"shop/gateway/internal/config"
	"shop/gateway/internal/identity"
	"shop/gateway/internal/openapi"
	"shop/gateway/internal/rest"
	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/platform/auth"
	"shop/platform/clock"
	platformconfig "shop/platform/config"
	"shop/platform/errs"
	"shop/platform/logging"
	"shop/platform/openapitest"
)

const zzRestBuyer = "11111111-1111-4111-8111-111111111111"

type zzRestFailure struct{ id, what, expected, seen, why string }

func zzRestFail(t *testing.T, f zzRestFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.what, "expected": f.expected, "seen": zzRestShort(f.seen), "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

func zzRestOurs(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// zzRestShort keeps a message readable: bodies at a limit have thousands of characters.
func zzRestShort(text string) string {
	if len(text) <= 300 {
		return text
	}
	return fmt.Sprintf("%.200s … (%d bytes)", text, len(text))
}

// zzRestServices is a connection to all services. Each method answers as the test says, with an error of the shop as the gateway's client makes it.
type zzRestServices struct {
	grpc.ClientConnInterface
	mu      sync.Mutex
	answers map[string]func(asked proto.Message) (proto.Message, error)
	calls   []zzRestCall
}

type zzRestCall struct {
	method string
	asked  proto.Message
}

// Invoke implements grpc.ClientConnInterface.
func (s *zzRestServices) Invoke(_ context.Context, method string, asked, answer any, _ ...grpc.CallOption) error {
	name := method[strings.LastIndex(method, "/")+1:]
	s.mu.Lock()
	s.calls = append(s.calls, zzRestCall{name, proto.Clone(asked.(proto.Message))})
	fn := s.answers[name]
	s.mu.Unlock()
	if fn == nil {
		return errs.New(errs.Internal, "UNEXPECTED_CALL", "the test did not expect a call of %s", name)
	}
	got, err := fn(asked.(proto.Message))
	if err == nil {
		proto.Merge(answer.(proto.Message), got)
	}
	return err
}

func (s *zzRestServices) on(method string, fn func(asked proto.Message) (proto.Message, error)) {
	s.answers[method] = fn
}

// seen returns the calls since the last time.
func (s *zzRestServices) seen() []zzRestCall {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// zzRestShop is the whole gateway in front of these services.
type zzRestShop struct {
	t        *testing.T
	services *zzRestServices
	handler  http.Handler
	token    string
	peer     int
}

var zzRestContract = sync.OnceValues(func() (*openapitest.Contract, error) {
	document, err := openapi.JSON()
	if err != nil {
		return nil, err
	}
	return openapitest.Load(document)
})

func zzRestNew(t *testing.T) *zzRestShop {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	zzRestOurs(t, err)
	der, err := x509.MarshalPKIXPublicKey(public)
	zzRestOurs(t, err)
	keys := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	cfg := platformconfig.Defaults[config.Config]()
	cfg.Auth.PublicKeys, cfg.Auth.ServicePublicKeys = keys, keys
	verifier, err := auth.NewVerifier(cfg.Auth)
	zzRestOurs(t, err)
	login, err := identity.NewLogin(cfg.Login, cfg.Auth, clock.System)
	zzRestOurs(t, err)
	s := &zzRestShop{t: t, services: &zzRestServices{answers: map[string]func(proto.Message) (proto.Message, error){}}, token: zzRestToken(t, private)}
	orders, inventory := orderv1.NewOrderServiceClient(s.services), inventoryv1.NewInventoryServiceClient(s.services)
	s.handler, err = rest.NewRouter(rest.RouterParams{
		Service: "gateway", Config: cfg, Verifier: verifier, Registry: prometheus.NewRegistry(), Clock: clock.System,
		Log:   logging.NewTo(io.Discard, logging.Config{Env: "test", Level: "error"}, "gateway"),
		Login: rest.NewLoginHandler(login, cfg, clock.System),
		Handlers: []rest.Handler{
			rest.NewOrderHandler(orders), rest.NewOrderCancelHandler(orders), rest.NewOrderBatchHandler(orders), rest.NewAdminOrderHandler(orders),
			rest.NewJobHandler(orderv1.NewJobServiceClient(s.services)), rest.NewProductHandler(inventory), rest.NewStockHandler(inventory),
			rest.NewWalletHandler(walletv1.NewWalletServiceClient(s.services)), rest.NewTopUpHandler(walletv1.NewPaymentServiceClient(s.services)),
		},
	})
	zzRestOurs(t, err)
	return s
}

func zzRestToken(t *testing.T, key ed25519.PrivateKey) string {
	t.Helper()
	kid, err := auth.KeyID(key.Public().(ed25519.PublicKey))
	zzRestOurs(t, err)
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
		"iss": "stagecraft", "aud": "shop", "sub": zzRestBuyer, "roles": []string{"customer"}, "exp": time.Now().Add(time.Hour).Unix(),
	})
	token.Header["kid"] = kid
	signed, err := token.SignedString(key)
	zzRestOurs(t, err)
	return signed
}

// zzRestRequest is a request with the key k1. keys replaces the values of Idempotency-Key, and empty ones are not sent.
type zzRestRequest struct {
	method, target, body string
	reader               io.Reader // instead of body
	contentType          string
	keys                 []string
	anonymous            bool
}

func (r zzRestRequest) String() string {
	text := r.method + " " + zzRestShort(r.target)
	if r.body != "" {
		text += " with the body " + zzRestShort(r.body)
	}
	if r.contentType != "" {
		text += ", Content-Type " + r.contentType
	}
	if r.keys != nil {
		text += fmt.Sprintf(", Idempotency-Key %q", r.keys)
	}
	return text
}

type zzRestAnswer struct {
	shop    *zzRestShop
	request zzRestRequest
	http    *http.Request
	*httptest.ResponseRecorder
	calls []zzRestCall
	body  struct {
		Code    *int             `json:"code"`
		Reason  string           `json:"reason"`
		Message string           `json:"message"`
		Data    *json.RawMessage `json:"data"`
		Fields  []zzRestField    `json:"fields"`
	}
	noJSON error
}

type zzRestField struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// send lets the gateway serve a request. Each comes from another address, so that no rate limit counts.
func (s *zzRestShop) send(r zzRestRequest) *zzRestAnswer {
	s.t.Helper()
	body := r.reader
	if body == nil {
		body = strings.NewReader(r.body)
	}
	request := httptest.NewRequest(r.method, r.target, body)
	s.peer++
	request.RemoteAddr = fmt.Sprintf("198.51.%d.%d:4711", s.peer/200, s.peer%200+1)
	if !r.anonymous {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	if r.keys == nil {
		request.Header.Set("Idempotency-Key", "k1")
	} else if len(r.keys) > 0 {
		request.Header["Idempotency-Key"] = r.keys
	}
	if r.contentType != "" {
		request.Header.Set("Content-Type", r.contentType)
	}
	a := &zzRestAnswer{shop: s, request: r, http: request, ResponseRecorder: httptest.NewRecorder()}
	s.services.seen()
	s.handler.ServeHTTP(a.ResponseRecorder, request)
	a.calls = s.services.seen()
	if a.Body.Len() > 0 {
		a.noJSON = json.Unmarshal(a.Body.Bytes(), &a.body)
	}
	return a
}

func (a *zzRestAnswer) String() string {
	text := fmt.Sprintf("%d", a.Code)
	for _, name := range []string{"Location", "Idempotency-Replayed", "Allow", "Retry-After"} {
		for _, value := range a.Result().Header[name] {
			text += fmt.Sprintf(", %s: %s", name, value)
		}
	}
	return text + ", body " + strings.TrimSpace(zzRestShort(a.ResponseRecorder.Body.String()))
}

// fail reports this answer.
func (a *zzRestAnswer) fail(id, expected, why string) {
	a.shop.t.Helper()
	zzRestFail(a.shop.t, zzRestFailure{id, a.request.String(), expected, a.String(), why})
}

const (
	zzRestProgramsRead = "clients decide by status, code and reason: all errors of the gateway have the same form"
	zzRestDescribed    = "clients are generated from the description: what it does not say breaks them"
)

// described compares the answer with the OpenAPI document.
func (a *zzRestAnswer) described() {
	a.shop.t.Helper()
	contract, err := zzRestContract()
	zzRestOurs(a.shop.t, err)
	if err := contract.Check(a.http, []byte(a.request.body), a.Result(), a.Body.Bytes()); err != nil {
		a.fail("contract", "what /openapi.json describes", zzRestDescribed+"; "+zzRestShort(err.Error()))
	}
}

// refused demands a failure with this status, code and reason, without a call of a service.
func (a *zzRestAnswer) refused(id string, status int, code errs.Code, reason, why string) {
	a.shop.t.Helper()
	expected := fmt.Sprintf("%d, body with code %d and reason %s", status, code, reason)
	if len(a.calls) > 0 {
		a.fail(id, expected+", and no call of a service; it called "+a.calls[0].method, why)
	}
	a.failure(id, status, code, reason, why)
}

// failure demands a failure with this status, code and reason.
func (a *zzRestAnswer) failure(id string, status int, code errs.Code, reason, why string) {
	a.shop.t.Helper()
	expected := fmt.Sprintf("%d, body with code %d and reason %s", status, code, reason)
	if a.Code != status {
		a.fail(id, expected, why)
	}
	body := a.body
	if a.noJSON != nil || body.Code == nil || *body.Code != int(code) || (reason != "" && body.Reason != reason) || body.Message == "" || body.Data != nil {
		a.fail(id, expected, why)
	}
	if !strings.HasPrefix(a.Header().Get("Content-Type"), "application/json") {
		a.fail(id, expected+", Content-Type application/json", zzRestProgramsRead)
	}
}

// names demands that fields has exactly these names, each once and with a message.
func (a *zzRestAnswer) names(id, why string, want ...string) {
	a.shop.t.Helper()
	var got []string
	for _, field := range a.body.Fields {
		got = append(got, field.Field)
		if strings.TrimSpace(field.Message) == "" {
			a.fail(id, "a message for each field", "people read it")
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		a.fail(id, fmt.Sprintf("fields %q", want), why)
	}
	a.hidesGo()
}

// hidesGo demands an answer without the words of Go's decoder and validator.
func (a *zzRestAnswer) hidesGo() {
	a.shop.t.Helper()
	for _, word := range []string{"json:", "Go struct", "Go value", "Error:Field", "strconv", "Body.", "int64", "int32", "[]rest", "invalid character", "EOF"} {
		if bytes.Contains(a.Body.Bytes(), []byte(word)) {
			a.fail("leak", fmt.Sprintf("an answer in the words of the API, without %q", word), "texts of Go's packages name types of the gateway, which clients do not know and attackers should not")
		}
	}
}

// called demands one call, and returns what was asked.
func (a *zzRestAnswer) called(id, method, why string) proto.Message {
	a.shop.t.Helper()
	if len(a.calls) != 1 || a.calls[0].method != method {
		var names []string
		for _, call := range a.calls {
			names = append(names, call.method)
		}
		a.fail(id, fmt.Sprintf("one call of %s, and not %q", method, names), why)
	}
	return a.calls[0].asked
}
