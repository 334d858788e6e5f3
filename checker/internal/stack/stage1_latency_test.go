package stack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/load"
)

const (
	latencyRate   = 15 // purchases a second: well below what two cores can do, so that it is not queues that are measured
	latencyCount  = 150
	latencyRounds = 5
	latencyFactor = 3
)

// A purchase is four transactions that have to be: accept the order, reserve, deduct, finish. What the saga adds (its memory of each step,
// three services, tokens, logs) may cost twice as much again, and no more.
func TestStage1Purchase_P99_AtMostThreeTimesItsTransactions(t *testing.T) {
	options := shop(t)
	options.Direct = true
	s := up(t, options)
	buyers := make([]string, 20)
	for i := range buyers {
		buyers[i] = uuid.NewString()
		topped, err := s.Shop.TopUp(t.Context(), buyers[i], "money", 10_000_000)
		require.NoError(t, err)
		require.True(t, topped.OK(), topped.String())
	}
	putTea(t, s, 500)
	stocked, err := s.Shop.AdjustStock(t.Context(), "tea", "stock", 1_000_000)
	require.NoError(t, err)
	require.True(t, stocked.OK(), stocked.String())
	alone := newTransactions(t, options.Databases)

	var factors []float64
	for round := range latencyRounds {
		purchases := measure(t, func(ctx context.Context, n int, _ *rand.Rand) error {
			answer, err := s.Shop.CreateOrder(ctx, buyers[n%len(buyers)], fmt.Sprintf("k-%d-%d", round, n), tea)
			if err == nil && !answer.OK() {
				err = fmt.Errorf("refused: %s", answer)
			}
			return err
		})
		transactions := measure(t, func(ctx context.Context, n int, _ *rand.Rand) error { return alone.run(ctx, buyers[n%len(buyers)]) })
		factor := float64(purchases) / float64(transactions)
		t.Logf("p99 of a purchase %s, of its four transactions alone %s: %.1f times", purchases, transactions, factor)
		if factor <= latencyFactor {
			return
		}
		factors = append(factors, factor)
	}
	t.Errorf("p99 of a purchase is %.1f times that of its transactions, want at most %d in one of %d rounds", factors, latencyFactor, latencyRounds)
}

// measure returns the 99th percentile.
func measure(t *testing.T, do func(ctx context.Context, n int, r *rand.Rand) error) time.Duration {
	t.Helper()
	result := load.Run(t.Context(), load.Plan{Rate: latencyRate, Total: latencyCount, Do: do})
	require.Zero(t, result.Failed, "%v", result.Errors)
	require.Zero(t, result.Skipped)
	return result.Percentile(.99)
}

// transactions are what a purchase cannot do without, as plain SQL.
type transactions struct{ orders, inventory, wallet *pgxpool.Pool }

func newTransactions(t *testing.T, databases map[string]string) *transactions {
	t.Helper()
	open := func(name string) *pgxpool.Pool {
		pool, err := pgxpool.New(t.Context(), databases[name])
		require.NoError(t, err)
		t.Cleanup(pool.Close)
		return pool
	}
	return &transactions{open("order_db"), open("inventory_db"), open("wallet_db")}
}

func (x *transactions) run(ctx context.Context, buyer string) error {
	order, saga := uuid.Must(uuid.NewV7()).String(), uuid.Must(uuid.NewV7()).String()
	for _, one := range []struct {
		name string
		pool *pgxpool.Pool
		do   func(tx pgx.Tx) error
	}{
		{"accept", x.orders, func(tx pgx.Tx) error { return accept(ctx, tx, order, saga, buyer) }},
		{"reserve", x.inventory, func(tx pgx.Tx) error { return reserve(ctx, tx, order, saga) }},
		{"deduct", x.wallet, func(tx pgx.Tx) error { return deduct(ctx, tx, saga, buyer) }},
		{"finish", x.orders, func(tx pgx.Tx) error { return finish(ctx, tx, order, saga) }},
	} {
		if err := pgx.BeginFunc(ctx, one.pool, one.do); err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
	}
	return nil
}

const answerJSON = `{"value":{"id":"0","status":3,"items":[{"sku":"tea","quantity":1,"unit_price":500}],"total_minor":500,"currency":"EUR"}}`

func accept(ctx context.Context, tx pgx.Tx, order, saga, buyer string) error {
	return inOrder(ctx, tx,
		q(`INSERT INTO processed_events (scope, key, request_hash) VALUES ('alone', $1, '\x00') ON CONFLICT DO NOTHING`, order),
		q(`INSERT INTO orders (id, buyer_id, status, currency, total_minor, version, created_at, updated_at)
			VALUES ($1, $2, 1, 'EUR', 500, 1, now(), now())`, order, buyer),
		q(`INSERT INTO order_items (order_id, position, sku, quantity, unit_price_minor) VALUES ($1, 0, 'tea', 1, 500)`, order),
		q(`INSERT INTO saga_executions (id, saga_type, aggregate_id, status, request_scope, request_key, steps, version)
			VALUES ($1, 'CREATE_ORDER', $2, 'RUNNING', 'alone', $3, '[{"name": "RESERVE_INVENTORY", "status": "STARTED", "attempts": 1}]', 1)`, saga, order, order))
}

func reserve(ctx context.Context, tx pgx.Tx, order, saga string) error {
	return inOrder(ctx, tx,
		q(`INSERT INTO processed_events (scope, key, request_hash) VALUES ('alone', $1, '\x00') ON CONFLICT DO NOTHING`, saga),
		q(`SELECT * FROM stocks WHERE sku = ANY($1) ORDER BY sku COLLATE "C" FOR UPDATE`, []string{"tea"}),
		q(`UPDATE stocks SET available = available - 1, reserved = reserved + 1, version = version + 1, updated_at = now() WHERE sku = 'tea'`),
		q(`INSERT INTO reservations (id, saga_id, order_id, status, total_quantity, created_at, updated_at)
			VALUES ($1, $1, $2, 1, 1, now(), now())`, saga, order),
		q(`INSERT INTO reservation_items (reservation_id, sku, quantity) VALUES ($1, 'tea', 1)`, saga),
		q(`UPDATE processed_events SET result = $2 WHERE scope = 'alone' AND key = $1`, saga, answerJSON))
}

func deduct(ctx context.Context, tx pgx.Tx, saga, buyer string) error {
	const last = `SELECT version FROM wallets WHERE user_id = $1 AND currency = 'EUR'`
	if err := inOrder(ctx, tx,
		q(`INSERT INTO processed_events (scope, key, request_hash) VALUES ('alone', $1, '\x00') ON CONFLICT DO NOTHING`, saga),
		q(`INSERT INTO wallets (user_id, currency) VALUES ($1, 'EUR') ON CONFLICT DO NOTHING`, buyer),
		q(`SELECT balance_minor, version FROM wallets WHERE user_id = $1 AND currency = 'EUR' FOR UPDATE`, buyer),
	); err != nil {
		return err
	}
	var seq int64
	if err := tx.QueryRow(ctx, last, buyer).Scan(&seq); err != nil {
		return err
	}
	return inOrder(ctx, tx,
		q(`WITH moved AS (UPDATE wallets SET balance_minor = balance_minor - 500, version = $2, updated_at = now()
				WHERE user_id = $1 AND currency = 'EUR' RETURNING balance_minor)
			INSERT INTO ledger_entries (user_id, currency, seq, kind, amount_minor, balance_minor, reference, created_at)
			SELECT $1, 'EUR', $2, 2, -500, balance_minor, $3, now() FROM moved`, buyer, seq+1, saga),
		q(`UPDATE processed_events SET result = $2 WHERE scope = 'alone' AND key = $1`, saga, answerJSON))
}

func finish(ctx context.Context, tx pgx.Tx, order, saga string) error {
	return inOrder(ctx, tx,
		q(`UPDATE orders SET status = 3, version = version + 1, updated_at = now() WHERE id = $1`, order),
		q(`UPDATE saga_executions SET status = 'COMPLETED', version = version + 1, updated_at = now() WHERE id = $1`, saga),
		q(`UPDATE processed_events SET result = $2 WHERE scope = 'alone' AND key = $1`, order, answerJSON))
}

type statement struct {
	sql  string
	args []any
}

func q(sql string, args ...any) statement { return statement{sql, args} }

// inOrder runs one statement after the other, each with a round trip of its own, as the services do.
func inOrder(ctx context.Context, tx pgx.Tx, statements ...statement) error {
	for _, s := range statements {
		if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
			return fmt.Errorf("%.40s: %w", s.sql, err)
		}
	}
	return nil
}
