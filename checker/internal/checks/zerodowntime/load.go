package zerodowntime

import (
	"context"
	"crypto/md5"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	inventoryv1 "shop/gen/inventory/v1"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

const (
	clients = 3
	// oldRows is how many reservations are there before the first deploy, oldHeld how many of them each client ships.
	oldRows, oldHeld = 3000, 300
	// slowest is far longer than a request takes, also on a busy machine.
	slowest = 15 * time.Second
	// some requests to each instance show that it serves.
	some = 25
)

// An instance is one process of some release.
type instance struct {
	name    string
	stack   *stack.Stack
	pending sync.WaitGroup
	served  atomic.Int64
}

// traffic sends each request to one of the instances that serve, as a load balancer does.
type traffic struct {
	t     *check.T
	ended chan struct{}
	done  sync.WaitGroup

	mu    sync.Mutex
	live  []*instance
	phase string
}

// purchase is a reservation that a client has made, or found.
type purchase struct {
	order string
	old   bool
}

// oldOrder is the nth order of a client from before the first deploy.
func oldOrder(client, n int) string {
	return uuid.UUID(md5.Sum(fmt.Appendf(nil, "%d-%d", client, n))).String()
}

func sku(client int) string { return fmt.Sprintf("sku-%d", client) }

// fillForTraffic is the database of a shop that has sold for a while.
func fillForTraffic() []string {
	return []string{
		`INSERT INTO products (sku, name, currency, unit_price, version, created_at, updated_at)
			SELECT 'sku-' || n, 'Product ' || n, 'EUR', 100, 1, now(), now() FROM generate_series(0, 9) AS n`,
		fmt.Sprintf(`INSERT INTO stocks (sku, available, reserved, created_at, updated_at) SELECT sku, 1000000, %d, now(), now() FROM products`, 3*oldHeld),
		fmt.Sprintf(`INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at)
			SELECT gen_random_uuid(), o, o, 1, now(), now()
			FROM generate_series(0, %d) AS client, generate_series(0, %d) AS n, LATERAL (SELECT md5(client || '-' || n)::uuid AS o) AS orders`, clients-1, oldHeld-1),
		fmt.Sprintf(`INSERT INTO reservation_items (reservation_id, sku, quantity)
			SELECT r.id, 'sku-' || client, 3 FROM generate_series(0, %d) AS client, generate_series(0, %d) AS n
			JOIN LATERAL (SELECT id FROM reservations WHERE order_id = md5(client || '-' || n)::uuid) AS r ON true`, clients-1, oldHeld-1),
		fmt.Sprintf(`WITH made AS (INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at)
			SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1 + n %% 3, now(), now() FROM generate_series(1, %d) AS n RETURNING id)
			INSERT INTO reservation_items (reservation_id, sku, quantity) SELECT id, 'sku-' || n, n FROM made, generate_series(8, 9) AS n`, oldRows),
		"ANALYZE",
	}
}

func underLoad(t *check.T) {
	all := readDeploys(t)
	d := openDatabase(t, fillForTraffic()...)
	shop := &traffic{t: t, ended: make(chan struct{}), phase: "before"}
	t.Step("the release before serves")
	before := shop.add("the release before", startEarlier(t, "before", d.address))
	for client := range clients {
		shop.send(client)
	}
	shop.more()

	t.Step("deploy 1: apply the expand migrations, then start the release that writes the column")
	shop.begin("expand")
	shop.migrate(d, all.expand)
	shop.more()
	c := d.column()
	t.True(c.exists && !c.required, noColumn("deploy 1 does not add a column that may be NULL", c.String()))
	writes := shop.add("the release that writes the column", startEarlier(t, "writes", d.address))
	shop.more()

	t.Step("deploy 2: run the backfill while both serve, and again when the release before is gone")
	shop.begin("backfill")
	shop.backfill(d, "while the release before writes")
	shop.more()
	shop.remove(before)
	shop.backfill(d, "when the release before is gone")
	left := d.number("SELECT count(*) FROM reservations WHERE total_quantity IS NULL")
	t.True(left == 0, check.Failure{
		ID: "unfilled", Sentence: "after the second run of the backfill reservations are without a total", Expected: "none",
		Seen: fmt.Sprintf("%d, among them: %s", left, d.example("total_quantity IS NULL")),
		Why:  "The release before has written rows behind the first run. The second one must find them.",
	})

	t.Step("deploy 3: apply the contract migrations, then start your release")
	shop.begin("contract")
	shop.migrate(d, all.contract)
	shop.more()
	for _, f := range all.later {
		t.NoError("a later migration", d.apply(f))
	}
	shop.begin("release")
	shop.add("your release", t.Stack(stack.Options{Databases: map[string]string{stack.Database(service): d.address}}))
	shop.more()
	shop.remove(writes)
	shop.more()
	shop.stop()
	t.Step("compare each total with its items")
	c = d.column()
	t.True(c.required, check.Failure{
		ID: "not-required", Sentence: "after deploy 3 a reservation may still be without a total", Expected: "total_quantity bigint NOT NULL", Seen: c.String(),
		Why: "The database must keep it so, whatever the next release forgets.",
	})
	d.right()
}

// begin says what requests fail in from now on.
func (s *traffic) begin(phase string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phase = phase
}

func (s *traffic) add(name string, started *stack.Stack) *instance {
	i := &instance{name: name, stack: started}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = append(s.live, i)
	return i
}

// remove takes an instance out of the load balancer, waits for its requests, and stops it.
func (s *traffic) remove(gone *instance) {
	s.mu.Lock()
	var live []*instance
	for _, i := range s.live {
		if i != gone {
			live = append(live, i)
		}
	}
	s.live = live
	s.mu.Unlock()
	gone.pending.Wait()
	_, err := gone.stack.Service(service).Stop(s.t.Context())
	s.t.Ours("stop "+gone.name, err)
}

// more waits until each instance has answered some more requests.
func (s *traffic) more() {
	s.mu.Lock()
	live := s.live
	s.mu.Unlock()
	for _, i := range live {
		from := i.served.Load()
		s.t.Eventually(i.name+" serves", patience, func(context.Context) (string, bool) {
			n := i.served.Load() - from
			return fmt.Sprintf("%d requests", n), n >= some
		})
	}
}

func (s *traffic) stop() {
	close(s.ended)
	s.done.Wait()
}

// send keeps one client busy until stop: it reserves, ships and releases, also what was reserved before the first deploy.
func (s *traffic) send(client int) {
	s.done.Add(1)
	s.t.Go(func() {
		defer s.done.Done()
		random := rand.New(rand.NewPCG(s.t.Seed(), uint64(client)))
		var held []purchase
		for n := range oldHeld {
			held = append(held, purchase{oldOrder(client, n), true})
		}
		for i := 0; ; i++ {
			select {
			case <-s.ended:
				return
			case <-s.t.Context().Done():
				return
			default:
			}
			if len(held) == 0 || random.IntN(2) == 0 {
				p := purchase{order: uuid.UUID(md5.Sum(fmt.Appendf(nil, "new-%d-%d-%d", s.t.Seed(), client, i))).String()}
				s.ask(random, "Reserve", func(ctx context.Context, to inventoryv1.InventoryServiceClient) error {
					_, err := to.Reserve(ctx, &inventoryv1.ReserveRequest{
						SagaId: p.order, StepName: "RESERVE_INVENTORY", OrderId: p.order, Items: []*inventoryv1.StockItem{
							{Sku: sku(client), Quantity: 1 + random.Int32N(4)}, {Sku: sku(client + clients), Quantity: 1 + random.Int32N(4)},
						},
					})
					return err
				})
				held = append(held, p)
				continue
			}
			at := random.IntN(len(held))
			p := held[at]
			held[at] = held[len(held)-1]
			held = held[:len(held)-1]
			if p.old || random.IntN(2) == 0 {
				s.ask(random, "Ship", func(ctx context.Context, to inventoryv1.InventoryServiceClient) error {
					_, err := to.Ship(ctx, &inventoryv1.ShipRequest{SagaId: p.order, StepName: "SHIP_STOCK", OrderId: p.order})
					return err
				})
				continue
			}
			s.ask(random, "Release", func(ctx context.Context, to inventoryv1.InventoryServiceClient) error {
				_, err := to.Release(ctx, &inventoryv1.ReleaseRequest{SagaId: p.order, StepName: "RESERVE_INVENTORY", OrderId: p.order})
				return err
			})
		}
	})
}

// ask sends one request, and fails the check when it fails.
func (s *traffic) ask(random *rand.Rand, what string, call func(ctx context.Context, to inventoryv1.InventoryServiceClient) error) {
	s.mu.Lock()
	to, phase := s.live[random.IntN(len(s.live))], s.phase
	to.pending.Add(1)
	s.mu.Unlock()
	defer to.pending.Done()
	ctx, cancel := context.WithTimeout(to.stack.AsService(s.t.Context(), stack.AdminID), slowest)
	defer cancel()
	began := time.Now()
	err := call(ctx, to.stack.Inventory)
	if s.t.Context().Err() != nil {
		return
	}
	if err != nil {
		took, cause := time.Since(began), ""
		s.t.Within(2*time.Second, func() bool { // the answer may be faster than the line in the log
			cause = lastError(to)
			return cause != ""
		})
		s.t.Fail(check.Failure{
			ID: "request-" + phase, Sentence: fmt.Sprintf("a request of a customer fails: %s at %s, %s", what, to.name, phases[phase]),
			Expected: "all requests succeed, in all three deploys",
			Seen:     fmt.Sprintf("%v, after %s; %s", err, took.Round(time.Millisecond), cause),
			Why:      "Old and new instances serve on one database until the last old one is replaced: what one of them writes or requires must suit the other.",
		})
	}
	to.served.Add(1)
}

var phases = map[string]string{
	"before": "before the first deploy", "expand": "in deploy 1", "backfill": "during the backfill", "contract": "in deploy 3",
	"release": "when your release has started",
}

// lastError is the last error in an instance's log.
func lastError(i *instance) string {
	lines := i.stack.Service(service).Logs().All()
	for n := len(lines) - 1; n >= 0; n-- {
		if cause := lines[n].Field("error"); cause != "" {
			return "its log: " + cause
		}
	}
	return ""
}

// migrate applies the migrations of a deploy.
func (s *traffic) migrate(d *database, files []file) {
	for _, f := range files {
		if err := d.apply(f); err != nil {
			s.t.Fail(check.Failure{
				ID: "migration", Sentence: f.name + " fails while the shop is open", Expected: "it applies while requests come in", Seen: described(err),
				Why: "Production is never quiet.",
			})
		}
	}
}

func (s *traffic) backfill(d *database, when string) {
	code, said := d.ends(d.startBackfill(300, 5*time.Millisecond), "the backfill ends "+when)
	s.t.True(code == 0, check.Failure{
		ID: "backfill", Sentence: "the backfill fails " + when, Expected: "exit code 0", Seen: fmt.Sprintf("exit code %d: %s", code, said),
		Why: "It must get along with requests that change the same rows.",
	})
}
