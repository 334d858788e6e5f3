package shutdown

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	inventoryv1 "shop/gen/inventory/v1"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

const (
	reserve = "inventory.stock.reserve"
	queue   = "inventory.commands"
	opening = 100_000

	// patience is how long something may take that takes milliseconds on an idle machine.
	patience = 10 * time.Second
)

// patient is an environment in which nothing ends by itself that the check holds up.
var patient = map[string]string{
	"DB_STATEMENT_TIMEOUT": "60s", "DB_COMMIT_TIMEOUT": "60s", "CONSUMER_TIMEOUT": "60s", "RABBITMQ_RECONNECT_MIN": "50ms",
	"GRPC_DEFAULT_TIMEOUT": "60s", "OVERLOAD_TARGET": "60s", "OVERLOAD_MIN_CONCURRENCY": "500",
	"SHUTDOWN_GRACE_PERIOD": "120s", "SHUTDOWN_TIMEOUT": "100s", "SHUTDOWN_SERVER_BUDGET": "40s", "SHUTDOWN_CONSUMERS_BUDGET": "40s",
	"SHUTDOWN_DATABASE_BUDGET": "5s",
}

// shop is inventory with some tea.
type shop struct {
	*stack.Stack
	t  *check.T
	db *pgx.Conn
}

// open starts inventory, stocks tea and milk, and shows that a call and a command are done while nothing is wrong.
func open(t *check.T, env map[string]string) *shop {
	t.Step("start inventory, and stock tea and milk")
	all := maps.Clone(patient)
	maps.Copy(all, env)
	_, err := t.Broker().Tap("order.saga.reply")
	t.Ours("take inventory's replies", err)
	s := &shop{t: t, Stack: t.Stack(stack.Options{Env: all})}
	s.db, err = pgx.Connect(t.Context(), t.Lease().Databases["inventory_db"])
	t.Ours("connect to the database", err)
	t.Cleanup(func(ctx context.Context) { _ = s.db.Close(ctx) })
	t.Baseline(func() {
		for _, sku := range []string{"tea", "milk"} {
			ctx, cancel := s.admin()
			_, err := s.Inventory.PutProduct(ctx, &inventoryv1.PutProductRequest{
				Sku: sku, Name: sku, UnitPrice: &inventoryv1.Money{MinorUnits: 100, Currency: "EUR"},
			})
			t.NoError("put a product", err)
			t.NoError("adjust the stock", s.adjust(ctx, s.Inventory, sku, opening))
			cancel()
		}
		c := s.command("milk")
		t.Eventually("inventory declares its queue and binds it", patience, func(context.Context) (string, bool) {
			err := t.Broker().Publish(c)
			return fmt.Sprint(err), err == nil
		})
		s.reserved("baseline", "the first command", c)
	})
	return s
}

func (s *shop) admin() (context.Context, context.CancelFunc) {
	ctx, cancel := s.t.Patience(6 * patience)
	return s.AsAdmin(ctx), cancel
}

func (s *shop) adjust(ctx context.Context, client inventoryv1.InventoryServiceClient, sku string, delta int64) error {
	_, err := client.AdjustStock(ctx, &inventoryv1.AdjustStockRequest{Sku: sku, Delta: delta, IdempotencyKey: uuid.NewString()})
	return err
}

// command reserves one piece.
func (s *shop) command(sku string) fault.Message {
	saga := uuid.NewString()
	return fault.Message{
		RoutingKey: reserve, Type: reserve, ID: uuid.NewString(), CorrelationID: uuid.NewString(), Timestamp: time.Now(),
		Headers: map[string]any{
			"event_type": reserve, "event_version": 1, "aggregate_type": "saga", "aggregate_id": saga, "sequence": 0,
		},
		Body: fmt.Appendf(nil, `{"sagaId":%q,"stepName":"RESERVE_INVENTORY","orderId":%q,"items":[{"sku":%q,"quantity":1}]}`,
			saga, uuid.NewString(), sku),
	}
}

// publish tries again what a busy quorum queue has refused.
func (s *shop) publish(messages ...fault.Message) {
	var err error
	for range 4 {
		if err = s.t.Broker().Publish(messages...); err == nil || !strings.Contains(err.Error(), "was not confirmed") {
			break
		}
	}
	s.t.Ours("publish", err)
}

// lock holds the stock of a product until it is released: calls and commands for it wait.
func (s *shop) lock(sku string) (release func()) {
	return s.t.LockRows("inventory_db", `SELECT 1 FROM stocks WHERE sku = $1 FOR UPDATE`, sku)
}

// crowd waits until n transactions wait for a lock.
func (s *shop) crowd(n int) {
	s.t.Eventually(fmt.Sprintf("%d transactions are in progress", n), patience, func(ctx context.Context) (string, bool) {
		now := s.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
		return fmt.Sprintf("%d are", now), now >= n
	})
}

func (s *shop) count(sql string, args ...any) (n int) {
	s.t.Ours("look into the database", s.db.QueryRow(s.t.Context(), sql, args...).Scan(&n))
	return n
}

// reservations counts those of the commands.
func (s *shop) reservations(commands ...fault.Message) int {
	var sagas []string
	for _, c := range commands {
		sagas = append(sagas, fmt.Sprint(c.Headers["aggregate_id"]))
	}
	return s.count(`SELECT count(*) FROM reservations WHERE saga_id = ANY($1::uuid[])`, sagas)
}

// reserved waits until all commands have had their effect.
func (s *shop) reserved(id, what string, commands ...fault.Message) {
	s.becomes(check.Failure{
		ID: id, Sentence: "this was lost: " + what, Expected: fmt.Sprintf("%d reservations", len(commands)),
		Why: "a message that was not acknowledged returns to the queue, and the next process does it",
	}, func() (string, bool) {
		n := s.reservations(commands...)
		return fmt.Sprintf("%d reservations", n), n == len(commands)
	})
}

// becomes waits for something, and fails with f when it does not happen.
func (s *shop) becomes(f check.Failure, probe func() (seen string, ok bool)) {
	happened := s.t.Within(patience, func() (ok bool) {
		f.Seen, ok = probe()
		return ok
	})
	s.t.True(happened, f)
}

// ending is a stop in progress.
type ending struct {
	s    *shop
	done chan struct{}
	exit stack.Exit
	err  error
}

// terminate sends SIGTERM.
func (s *shop) terminate(service *stack.Service) *ending {
	e := &ending{s: s, done: make(chan struct{})}
	ctx, cancel := s.t.Patience(6 * patience)
	s.t.Cleanup(func(context.Context) { cancel() })
	s.t.Go(func() {
		defer close(e.done)
		e.exit, e.err = service.Stop(ctx)
	})
	return e
}

// running fails when the process has ended.
func (e *ending) running(f check.Failure) {
	select {
	case <-e.done:
		f.Seen = fmt.Sprintf("it has %s", e.exit)
		e.s.t.Fail(f)
	default:
	}
}

// code waits for the end, and requires the exit code.
func (e *ending) code(want int, id, why string) {
	done := e.s.t.WaitingOn("inventory ends")
	select {
	case <-e.done:
	case <-e.s.t.Context().Done():
	}
	done()
	e.s.t.True(e.err == nil && e.exit.Signal == "" && e.exit.Code == want, check.Failure{
		ID: id, Sentence: "inventory does not stop as it should", Expected: fmt.Sprintf("exit code %d, in time", want),
		Seen: fmt.Sprintf("%s, after %s (%v)", e.exit, e.exit.Took.Round(time.Millisecond), e.err), Why: why,
	})
}

// summary returns the last line about a stop.
func summary(service *stack.Service) stack.Line {
	lines := service.Logs().Events("inventory.service.stopped")
	if len(lines) == 0 {
		return stack.Line{}
	}
	return lines[len(lines)-1]
}

// parts is the timeline of a stop: how long each part took.
func parts(line stack.Line) string {
	all, _ := line.Fields["parts"].([]any)
	var texts []string
	for _, one := range all {
		if part, ok := one.(map[string]any); ok {
			texts = append(texts, fmt.Sprintf("%v/%v %v ms", part["phase"], part["part"], part["duration_ms"]))
		}
	}
	return strings.Join(texts, " · ")
}
