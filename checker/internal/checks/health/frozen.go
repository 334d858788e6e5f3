package health

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"

	walletv1 "shop/gen/wallet/v1"
)

// frozen lets the database accept connections and answer nothing, and then answer while all connections of the pool wait.
func frozen(t *check.T) {
	w := open(t, map[string]string{"DB_MAX_CONNS": "2", "DB_STATEMENT_TIMEOUT": "60s", "DB_CONNECT_TIMEOUT": "60s"})
	database, redis := w.Server("wallet", "postgres"), w.Server("wallet", "redis")

	t.Step("freeze the database: its connections stay open, and no answer comes")
	t.Ours("freeze the database", database.Delay(time.Hour))
	w.becomes("ready", readiness, notServing, "while the database is frozen",
		"no answer is a failure: without a timeout of its own the probe waits as long as the database")
	w.alive("while the database is frozen")

	t.Step("ask fifty times for the readiness while the database is frozen")
	for range 50 {
		// Three seconds are a hundred times what the answer takes, and less than a probe of the frozen database.
		ctx, cancel := t.Patience(3 * time.Second)
		status, err := w.check(ctx, readiness)
		cancel()
		t.True(err == nil && status == notServing, check.Failure{
			ID: "slow", Sentence: "an answer about health waits for the database", Expected: "NOT_SERVING, at once", Seen: seen(status, err),
			Why: "the answer is what the probes in the background have found; a question that asks the dependency hangs with it",
		})
	}

	t.Step("cut Redis while the database is frozen: its probe goes on")
	redis.Cut()
	w.awaitProbe("others", "redis", 0, "while the database is frozen", "a probe that hangs must not hold up the others")
	t.Ours("heal Redis", redis.Heal())
	w.awaitProbe("others", "redis", 1, "while the database is frozen", "a probe that hangs must not hold up the others")
	t.Ours("heal the database", database.Heal())
	w.becomes("never-back", readiness, serving, "after the database answers again", "a probe that hung once must not hang for ever")

	t.Step("hold a lock: eight requests wait, and with them all connections of the pool")
	release := t.LockRows("wallet_db", "LOCK TABLE ledger_entries, wallets IN ACCESS EXCLUSIVE MODE")
	db, err := pgx.Connect(t.Context(), t.Lease().Databases["wallet_db"])
	t.Ours("connect to the database", err)
	defer func() { _ = db.Close(context.WithoutCancel(t.Context())) }()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 8 {
		t.Go(func() {
			user := uuid.NewString()
			_, _ = w.Wallet.GetWallet(w.AsUser(ctx, user), &walletv1.GetWalletRequest{UserId: user, Currency: "EUR"})
		})
	}
	t.Eventually("all connections of the pool are in use", patience, func(ctx context.Context) (string, bool) {
		var waiting int
		err := db.QueryRow(ctx,
			"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&waiting)
		return fmt.Sprintf("%d of 2 (%v)", waiting, err), waiting == 2
	})
	// Longer than HEALTH_FAILURES runs that each last HEALTH_TIMEOUT.
	t.Holds("wallet is ready", 2*time.Second, func(ctx context.Context) (string, bool) {
		status, err := w.check(ctx, readiness)
		t.True(err != nil || status == serving, check.Failure{
			ID: "busy", Sentence: "a busy service is not ready although its database works", Expected: "SERVING", Seen: seen(status, err),
			Why: "the probe waits for a connection of the pool; under load replica after replica is taken out, and the rest get their traffic",
		})
		return "", true
	})
	release()
	cancel()
}
