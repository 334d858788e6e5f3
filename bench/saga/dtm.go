package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/dtm-labs/dtm/client/dtmcli"
	"github.com/dtm-labs/dtm/client/dtmgrpc"
	"github.com/dtm-labs/logger"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

const (
	dtmModule  = "github.com/dtm-labs/dtm"
	dtmVersion = "v1.19.0"
	// branchesCommand makes this program the service that DTM calls. It is a process of its own, so that its CPU time can be counted.
	branchesCommand = "branches"

	branchesAddress  = "BENCH_BRANCHES_ADDR"
	branchesDatabase = "BENCH_BRANCHES_DATABASE"
)

// dtmShopSchema has the barrier table of DTM beside the tables of the shop, so that a barrier and its effect are one transaction.
const dtmShopSchema = `
CREATE SCHEMA dtm_barrier;
CREATE SEQUENCE dtm_barrier.barrier_seq;
CREATE TABLE dtm_barrier.barrier (
	id bigint NOT NULL DEFAULT nextval('dtm_barrier.barrier_seq') PRIMARY KEY,
	trans_type varchar(45) DEFAULT '', gid varchar(128) DEFAULT '', branch_id varchar(128) DEFAULT '', op varchar(45) DEFAULT '',
	barrier_id varchar(45) DEFAULT '', reason varchar(45) DEFAULT '',
	create_time timestamp(0) with time zone, update_time timestamp(0) with time zone,
	CONSTRAINT uniq_barrier UNIQUE (gid, branch_id, op, barrier_id)
);
CREATE TABLE stocks (sku text PRIMARY KEY, available bigint NOT NULL CHECK (available >= 0), reserved bigint NOT NULL DEFAULT 0);
CREATE TABLE reservations (saga_id text PRIMARY KEY, sku text NOT NULL, quantity integer NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE wallets (user_id uuid PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0));
CREATE TABLE ledger_entries (saga_id text PRIMARY KEY, user_id uuid NOT NULL, amount bigint NOT NULL, created_at timestamptz NOT NULL DEFAULT now());`

type purchase struct {
	User     uuid.UUID `json:"user"`
	SKU      string    `json:"sku"`
	Quantity int       `json:"quantity"`
	Total    int64     `json:"total"`
}

// startDTM builds and starts DTM's server and the branches that it calls. The saga has no order row: DTM's own transaction stands for it.
func startDTM(ctx context.Context, e *environment) (*system, error) {
	server, sqlFile, err := buildDTM(ctx, e.cfg)
	if err != nil {
		return nil, err
	}
	schema, err := os.ReadFile(sqlFile)
	if err != nil {
		return nil, err
	}
	own, err := e.database(ctx, "dtm", string(schema))
	if err != nil {
		return nil, err
	}
	shop, err := e.database(ctx, "dtm_shop", dtmShopSchema)
	if err != nil {
		return nil, err
	}
	users, err := fillDTMShop(ctx, e.cfg, shop)
	if err != nil {
		return nil, err
	}
	dtm, dtmPID, err := startDTMServer(ctx, e, server, own)
	if err != nil {
		return nil, err
	}
	branches, err := freeAddress()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	pid, err := e.start(ctx, "branches", branches, []string{branchesAddress + "=" + branches, branchesDatabase + "=" + shop},
		self, fmt.Sprintf("-conns=%d", e.cfg.conns), branchesCommand)
	if err != nil {
		return nil, err
	}
	logger.InitLog("error")
	return &system{pids: []int{dtmPID, pid}, order: func(_ context.Context, client int) error {
		p := purchase{User: users[client%len(users)], SKU: sku(rand.IntN(e.cfg.skus)), Quantity: 1, Total: price}
		raw, err := json.Marshal(p)
		if err != nil {
			return err
		}
		body := wrapperspb.Bytes(raw)
		saga := dtmgrpc.NewSagaGrpc(dtm, uuid.NewString()).
			Add(branches+"/shop.Shop/Reserve", branches+"/shop.Shop/Release", body).
			Add(branches+"/shop.Shop/Deduct", branches+"/shop.Shop/Refund", body)
		saga.WaitResult = true
		return saga.Submit()
	}}, nil
}

// buildDTM builds the server in a module of its own, because its dependencies are not ours, and returns it with the file of its schema.
func buildDTM(ctx context.Context, cfg settings) (server, schema string, err error) {
	dir := filepath.Join(cfg.work, "dtm-"+dtmVersion)
	server = filepath.Join(dir, "dtm")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", "", err
	}
	module := fmt.Sprintf("module dtmserver\n\ngo 1.26\n\nrequire %s %s\n", dtmModule, dtmVersion)
	if _, err := os.Stat(server); err != nil {
		fmt.Fprintln(os.Stderr, "building DTM's server, once")
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(module), 0o644); err != nil {
			return "", "", err
		}
		if _, err := run(ctx, dir, "go", "build", "-mod=mod", "-o", server, dtmModule); err != nil {
			return "", "", err
		}
	}
	source, err := run(ctx, dir, "go", "list", "-mod=mod", "-m", "-f", "{{.Dir}}", dtmModule)
	if err != nil {
		return "", "", err
	}
	return server, filepath.Join(strings.TrimSpace(string(source)), "sqls", "dtmsvr.storage.postgres.sql"), nil
}

func startDTMServer(ctx context.Context, e *environment, server, database string) (address string, pid int, err error) {
	target, err := pgx.ParseConfig(database)
	if err != nil {
		return "", 0, err
	}
	ports := make([]string, 3)
	for i := range ports {
		free, err := freeAddress()
		if err != nil {
			return "", 0, err
		}
		if _, ports[i], err = net.SplitHostPort(free); err != nil {
			return "", 0, err
		}
	}
	conf := filepath.Join(e.cfg.work, "dtm.yml")
	text := fmt.Sprintf(`Store: {Driver: postgres, Host: %q, Port: %d, User: %q, Password: %q, Db: %q, Schema: public}
HttpPort: %s
GrpcPort: %s
JsonRpcPort: %s
LogLevel: warn
`, target.Host, target.Port, target.User, target.Password, target.Database, ports[0], ports[1], ports[2])
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return "", 0, err
	}
	address = net.JoinHostPort("127.0.0.1", ports[1])
	pid, err = e.start(ctx, "dtm", address, nil, server, "-c", conf)
	return address, pid, err
}

func fillDTMShop(ctx context.Context, cfg settings, database string) (users []uuid.UUID, err error) {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	for i := range cfg.skus {
		if _, err := conn.Exec(ctx, `INSERT INTO stocks (sku, available) VALUES ($1, $2)`, sku(i), pieces); err != nil {
			return nil, err
		}
	}
	for range cfg.buyers {
		id := uuid.New()
		if _, err := conn.Exec(ctx, `INSERT INTO wallets VALUES ($1, $2)`, id, funds); err != nil {
			return nil, err
		}
		users = append(users, id)
	}
	return users, nil
}

// serveBranches serves the steps of the saga until ctx ends.
func serveBranches(ctx context.Context, cfg settings) error {
	logger.InitLog("error")
	dtmcli.SetCurrentDBType("postgres")
	target, err := pgx.ParseConfig(os.Getenv(branchesDatabase))
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*target)
	defer db.Close()
	// As many as inventory and wallet of stage 1 have together.
	db.SetMaxOpenConns(2 * cfg.conns)
	db.SetMaxIdleConns(2 * cfg.conns)
	listener, err := net.Listen("tcp", os.Getenv(branchesAddress))
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	server.RegisterService(branches(db), nil)
	context.AfterFunc(ctx, server.Stop)
	return server.Serve(listener)
}

func branches(db *sql.DB) *grpc.ServiceDesc {
	service := &grpc.ServiceDesc{ServiceName: "shop.Shop", HandlerType: (*any)(nil)}
	for name, step := range steps {
		service.Methods = append(service.Methods, grpc.MethodDesc{
			MethodName: name,
			Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
				in := &wrapperspb.BytesValue{}
				if err := decode(in); err != nil {
					return nil, err
				}
				var p purchase
				if err := json.Unmarshal(in.Value, &p); err != nil {
					return nil, err
				}
				barrier, err := dtmgrpc.BarrierFromGrpc(ctx)
				if err != nil {
					return nil, err
				}
				err = barrier.CallWithDB(db, func(tx *sql.Tx) error { return apply(tx, step(barrier.Gid, p)) })
				if err != nil {
					return nil, dtmgrpc.DtmError2GrpcError(err)
				}
				return &emptypb.Empty{}, nil
			},
		})
	}
	return service
}

type statement struct {
	query string
	args  []any
}

// steps are the statements of each branch.
var steps = map[string]func(gid string, p purchase) []statement{
	"Reserve": func(gid string, p purchase) []statement {
		return []statement{
			{`UPDATE stocks SET available = available - $1, reserved = reserved + $1 WHERE sku = $2 AND available >= $1`, []any{p.Quantity, p.SKU}},
			{`INSERT INTO reservations (saga_id, sku, quantity) VALUES ($1, $2, $3)`, []any{gid, p.SKU, p.Quantity}},
		}
	},
	"Release": func(gid string, p purchase) []statement {
		return []statement{
			{`UPDATE stocks SET available = available + $1, reserved = reserved - $1 WHERE sku = $2`, []any{p.Quantity, p.SKU}},
			{`DELETE FROM reservations WHERE saga_id = $1`, []any{gid}},
		}
	},
	"Deduct": func(gid string, p purchase) []statement {
		return []statement{
			{`UPDATE wallets SET balance = balance - $1 WHERE user_id = $2 AND balance >= $1`, []any{p.Total, p.User}},
			{`INSERT INTO ledger_entries (saga_id, user_id, amount) VALUES ($1, $2, $3)`, []any{gid, p.User, -p.Total}},
		}
	},
	"Refund": func(gid string, p purchase) []statement {
		return []statement{
			{`UPDATE wallets SET balance = balance + $1 WHERE user_id = $2`, []any{p.Total, p.User}},
			{`DELETE FROM ledger_entries WHERE saga_id = $1`, []any{gid}},
		}
	},
}

func apply(tx *sql.Tx, statements []statement) error {
	for _, s := range statements {
		result, err := tx.Exec(s.query, s.args...)
		if err != nil {
			return err
		}
		if changed, err := result.RowsAffected(); err != nil || changed == 0 {
			return dtmcli.ErrFailure
		}
	}
	return nil
}
