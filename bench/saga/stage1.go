package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	randv2 "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/platform/auth"
	"shop/platform/config"
)

const (
	price   = 5
	funds   = 1_000_000_000
	pieces  = 1_000_000_000
	tokenIn = "authorization"
)

func sku(i int) string { return fmt.Sprintf("sku-%03d", i) }

// startStage1 starts stage 1, whose purchases are paid when the answer comes.
func startStage1(ctx context.Context, e *environment) (*system, error) {
	s, services, err := startShop(ctx, e, e.cfg.stage1, nil)
	if err != nil {
		return nil, err
	}
	s.order = func(ctx context.Context, client int) error {
		_, err := services.order(ctx, client, e.cfg.skus)
		return err
	}
	return s, nil
}

// shop is a running stage with products, stock, and buyers who have money.
type shop struct {
	orders orderv1.OrderServiceClient
	buyers []string
}

// order places one order.
func (s *shop) order(ctx context.Context, client, skus int) (*orderv1.CreateOrderResponse, error) {
	ctx = metadata.AppendToOutgoingContext(ctx, tokenIn, s.buyers[client%len(s.buyers)])
	return s.orders.CreateOrder(ctx, &orderv1.CreateOrderRequest{
		IdempotencyKey: uuid.NewString(), Items: []*orderv1.NewOrderItem{{Sku: sku(randv2.IntN(skus)), Quantity: 1}},
	})
}

// startShop builds order, inventory and wallet of a stage and starts them as they are in production, with more variables of each.
func startShop(ctx context.Context, e *environment, stage string, more []string) (*system, *shop, error) {
	label := filepath.Base(stage)
	bin := filepath.Join(e.cfg.work, "bin", label) + string(filepath.Separator)
	if _, err := run(ctx, stage, "go", "build", "-o", bin, "./order/cmd/order", "./inventory/cmd/inventory", "./wallet/cmd/wallet"); err != nil {
		return nil, nil, err
	}
	keys, err := newKeys()
	if err != nil {
		return nil, nil, err
	}
	addresses := make(map[string]string)
	for _, name := range []string{"inventory", "wallet", "order"} {
		if addresses[name], err = freeAddress(); err != nil {
			return nil, nil, err
		}
	}
	s := &system{}
	conns := make(map[string]*grpc.ClientConn)
	for _, service := range []struct {
		name, variable string
		more           []string
	}{
		{"inventory", "INVENTORY_ADDR", nil},
		// No card payments here, so no provider is needed.
		{"wallet", "WALLET_ADDR", []string{"PAYMENT_URL=http://127.0.0.1:9", "PAYMENT_API_KEY=" + rand.Text()}},
		{"order", "ORDER_ADDR", []string{
			"SERVICE_PRIVATE_KEY=" + string(keys.service), "INVENTORY_TARGET=" + addresses["inventory"], "WALLET_TARGET=" + addresses["wallet"],
		}},
	} {
		migrations, err := migrationsOf(stage, service.name)
		if err != nil {
			return nil, nil, err
		}
		database, err := e.database(ctx, label[:6]+service.name, migrations)
		if err != nil {
			return nil, nil, err
		}
		env := append([]string{
			service.variable + "=" + addresses[service.name], "DATABASE_URL=" + database, fmt.Sprintf("DB_MAX_CONNS=%d", e.cfg.conns),
			"LOG_LEVEL=warn", "GRPC_RATE_LIMIT=1000000", "GRPC_RATE_BURST=1000000", "CURSOR_SECRET=" + rand.Text(),
			"JWT_PUBLIC_KEYS=" + keys.cfg.PublicKeys, "SERVICE_PUBLIC_KEYS=" + keys.cfg.ServicePublicKeys,
		}, append(more, service.more...)...)
		pid, err := e.start(ctx, label+"-"+service.name, addresses[service.name], env, bin+service.name)
		if err != nil {
			return nil, nil, err
		}
		s.pids = append(s.pids, pid)
		conns[service.name], err = grpc.NewClient(addresses[service.name], grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return nil, nil, err
		}
	}
	buyers, err := fill(ctx, e.cfg, keys, inventoryv1.NewInventoryServiceClient(conns["inventory"]), walletv1.NewWalletServiceClient(conns["wallet"]))
	return s, &shop{orders: orderv1.NewOrderServiceClient(conns["order"]), buyers: buyers}, err
}

// migrationsOf returns all migrations of a service, in order, to be applied in one transaction: the tables are empty.
func migrationsOf(stage, service string) (string, error) {
	files, err := filepath.Glob(filepath.Join(stage, service, "db", "migrations", "*.sql"))
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		all.Write(text)
	}
	return strings.ReplaceAll(all.String(), "CONCURRENTLY", ""), nil
}

// fill makes products with stock and buyers with money, and returns the authorization of each buyer.
func fill(
	ctx context.Context, cfg settings, keys *keys, inventory inventoryv1.InventoryServiceClient, wallet walletv1.WalletServiceClient,
) (buyers []string, err error) {
	admin, err := keys.authorization(uuid.NewString(), auth.Admin)
	if err != nil {
		return nil, err
	}
	ctx = metadata.AppendToOutgoingContext(ctx, tokenIn, admin)
	for i := range cfg.skus {
		product := &inventoryv1.PutProductRequest{Sku: sku(i), Name: sku(i), UnitPrice: &inventoryv1.Money{MinorUnits: price, Currency: "EUR"}}
		if _, err := inventory.PutProduct(ctx, product); err != nil {
			return nil, fmt.Errorf("put product: %w", err)
		}
		delivery := &inventoryv1.AdjustStockRequest{Sku: sku(i), Delta: pieces, IdempotencyKey: sku(i)}
		if _, err := inventory.AdjustStock(ctx, delivery); err != nil {
			return nil, fmt.Errorf("deliver stock: %w", err)
		}
	}
	for range cfg.buyers {
		id := uuid.NewString()
		topUp := &walletv1.TopUpRequest{UserId: id, Amount: &walletv1.Money{MinorUnits: funds, Currency: "EUR"}, IdempotencyKey: id}
		if _, err := wallet.TopUp(ctx, topUp); err != nil {
			return nil, fmt.Errorf("top up: %w", err)
		}
		buyer, err := keys.authorization(id, auth.Customer)
		if err != nil {
			return nil, err
		}
		buyers = append(buyers, buyer)
	}
	return buyers, nil
}

// keys sign the tokens of users and of services.
type keys struct {
	cfg     auth.Config
	service config.Secret
	users   *auth.UserIssuer
}

func newKeys() (*keys, error) {
	userPublic, userPrivate, err := keyPair()
	if err != nil {
		return nil, err
	}
	servicePublic, servicePrivate, err := keyPair()
	if err != nil {
		return nil, err
	}
	k := &keys{cfg: config.Defaults[auth.Config](), service: config.Secret(servicePrivate)}
	k.cfg.PublicKeys, k.cfg.ServicePublicKeys = userPublic, servicePublic
	k.users, err = auth.NewUserIssuer(config.Secret(userPrivate), k.cfg, 12*time.Hour)
	return k, err
}

func (k *keys) authorization(userID string, role auth.Role) (string, error) {
	token, _, err := k.users.Issue(userID, []auth.Role{role}, time.Now())
	return "Bearer " + string(token), err
}

func keyPair() (public, private string, err error) {
	publicKey, privateKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", "", err
	}
	pkix, err := x509.MarshalPKIXPublicKey(publicKey)
	if err != nil {
		return "", "", err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(privateKey)
	if err != nil {
		return "", "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})), nil
}
