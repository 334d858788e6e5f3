package stack

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"

	"github.com/golang-jwt/jwt/v5"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

// The test binary is also the services: FAKE says which one it shall be, FAKE_MODE how it misbehaves.
func TestMain(m *testing.M) {
	if name := os.Getenv("FAKE"); name != "" {
		fakeService(name, os.Getenv("FAKE_MODE"))
		return
	}
	os.Exit(m.Run())
}

// fakes are options that start the test binary as each of the named services.
func fakes(t *testing.T, names ...string) Options {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	options := Options{Bins: map[string]string{}, ServiceEnv: map[string]map[string]string{}, LogDir: t.TempDir()}
	for _, name := range names {
		options.Bins[name] = self
		options.ServiceEnv[name] = map[string]string{"FAKE": name}
	}
	return options
}

func fakeService(name, mode string) {
	switch mode {
	case "config":
		fmt.Fprintln(os.Stderr, "DATABASE_URL is missing\nCURSOR_SECRET is too short")
		os.Exit(2)
	case "deaf":
		select {}
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
	case "port":
		// The first start finds its port taken, as if a stranger had been faster.
		if mark := os.Getenv("FAKE_MARK"); !exists(mark) {
			_ = os.WriteFile(mark, nil, 0o600)
			fmt.Fprintln(os.Stderr, "listen tcp: bind: address already in use")
			os.Exit(1)
		}
	}
	k, _ := kindOf(name)
	listener, err := net.Listen("tcp", os.Getenv(k.addrEnv))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if mode != "silent" {
		fmt.Printf("{\"level\":\"info\",\"msg\":\"serving\",\"service\":%q,\"event\":\"%s.service.started\",\"addr\":%q}\n", name, name, listener.Addr())
	}
	go func() {
		terminate := make(chan os.Signal, 1)
		if mode != "stubborn" {
			signal.Notify(terminate, syscall.SIGTERM)
		}
		<-terminate
		fmt.Printf("{\"event\":\"%s.service.stopped\"}\nbye without newline", name)
		os.Exit(0)
	}()
	if name == "gateway" {
		serveGateway(listener)
		return
	}
	server := grpc.NewServer()
	healthpb.RegisterHealthServer(server, health.NewServer())
	inventoryv1.RegisterInventoryServiceServer(server, fakeInventory{})
	walletv1.RegisterWalletServiceServer(server, fakeWallet{})
	orderv1.RegisterOrderServiceServer(server, fakeOrder{})
	_ = server.Serve(listener)
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

type fakeInventory struct {
	inventoryv1.UnimplementedInventoryServiceServer
}

func (fakeInventory) Reserve(context.Context, *inventoryv1.ReserveRequest) (*inventoryv1.ReserveResponse, error) {
	fmt.Println("inventory reserved")
	return &inventoryv1.ReserveResponse{}, nil
}

type fakeWallet struct {
	walletv1.UnimplementedWalletServiceServer
}

func (fakeWallet) Deduct(_ context.Context, r *walletv1.DeductRequest) (*walletv1.DeductResponse, error) {
	fmt.Printf("{\"event\":\"wallet.balance.deducted\",\"saga\":%q}\n", r.GetSagaId())
	return &walletv1.DeductResponse{}, nil
}

type fakeOrder struct {
	orderv1.UnimplementedOrderServiceServer
}

func (fakeOrder) CreateOrder(ctx context.Context, r *orderv1.CreateOrderRequest) (*orderv1.CreateOrderResponse, error) {
	if _, err := inventoryv1.NewInventoryServiceClient(call("INVENTORY_TARGET")).Reserve(ctx, &inventoryv1.ReserveRequest{}); err != nil {
		return nil, err
	}
	_, err := walletv1.NewWalletServiceClient(call("WALLET_TARGET")).Deduct(ctx, &walletv1.DeductRequest{SagaId: r.GetIdempotencyKey()})
	if err != nil {
		return nil, err
	}
	return &orderv1.CreateOrderResponse{Order: &orderv1.Order{Id: "o-" + r.GetIdempotencyKey()}}, nil
}

func call(variable string) *grpc.ClientConn {
	conn, err := grpc.NewClient(os.Getenv(variable), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err)
	}
	return conn
}

func serveGateway(listener net.Listener) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("POST /v1/orders", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		user, err := subject(r.Header.Get("Authorization"))
		if err != nil {
			answer(w, http.StatusUnauthorized, map[string]any{"code": 1004, "message": err.Error(), "reason": "TOKEN_INVALID"})
			return
		}
		created, err := orderv1.NewOrderServiceClient(call("ORDER_TARGET")).CreateOrder(ctx,
			&orderv1.CreateOrderRequest{IdempotencyKey: r.Header.Get("Idempotency-Key")})
		if err != nil {
			answer(w, http.StatusConflict, map[string]any{"code": 1009, "message": err.Error(), "reason": "UNCERTAIN"})
			return
		}
		answer(w, http.StatusCreated, map[string]any{"code": 0, "data": map[string]any{
			"id": created.GetOrder().GetId(), "buyer_id": user, "status": "PAID",
		}})
	})
	_ = http.Serve(listener, mux)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func subject(header string) (string, error) {
	block, _ := pem.Decode([]byte(os.Getenv("JWT_PUBLIC_KEYS")))
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return "", err
	}
	token, err := jwt.Parse(strings.TrimPrefix(header, "Bearer "), func(*jwt.Token) (any, error) { return key.(ed25519.PublicKey), nil },
		jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithIssuer(os.Getenv("JWT_ISSUER")), jwt.WithAudience(os.Getenv("JWT_AUDIENCE")))
	if err != nil {
		return "", err
	}
	return token.Claims.GetSubject()
}
