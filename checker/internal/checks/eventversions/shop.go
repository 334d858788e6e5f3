package eventversions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

const (
	price = 500
	funds = 5000

	// patience is how long something may take that takes milliseconds on an idle machine.
	patience = 10 * time.Second

	// projector is the queue of the read model.
	projector = "order.projector"
)

// The events of an order.
const (
	created   = "order.order.created"
	confirmed = "order.order.confirmed"
	paid      = "order.order.paid"
	shipped   = "order.order.shipped"
	cancelled = "order.order.cancelled"
)

// Events of other services that the projector reads.
const (
	productChanged = "inventory.product.changed"
	deducted       = "wallet.balance.deducted"
	refunded       = "wallet.balance.refunded"
)

// version is the environment of an order service that publishes this version.
func version(v string) map[string]string { return map[string]string{"ORDER_EVENT_VERSION": v} }

// shop is a running system whose events of orders the check reads, too.
type shop struct {
	*stack.Stack
	t   *check.T
	db  *pgx.Conn // order_db
	tap string    // a queue that gets all events of orders

	buyer, sku string
	events     []fault.Message // that were taken from the tap
}

// start starts the services that the check needs.
func start(t *check.T, v string) *shop {
	t.Step("start the services, with ORDER_EVENT_VERSION=%s", v)
	s := &shop{t: t, buyer: uuid.NewString(), sku: "LAMP-" + uuid.NewString()[:8]}
	s.Stack = t.Stack(stack.Options{
		Env: map[string]string{
			"CONSUMER_REQUEUE_MIN": "20ms", "CONSUMER_REQUEUE_MAX": "100ms", "RABBITMQ_RECONNECT_MIN": "50ms", "SAGA_STALE_AFTER": "10m",
		},
		ServiceEnv: map[string]map[string]string{"order": version(v)},
	})
	db, err := pgx.Connect(t.Context(), t.Lease().Databases["order_db"])
	t.Ours("connect to order_db", err)
	t.Cleanup(func(ctx context.Context) { _ = db.Close(ctx) })
	s.db = db
	return s
}

// sells starts the whole shop and shows that the ordinary case works: one order is paid.
func sells(t *check.T, v string) *shop {
	s := start(t, v)
	var err error
	s.tap, err = t.Broker().Tap("order.order.*")
	t.Ours("bind a queue", err)
	t.Baseline(func() {
		t.Step("before anything else: an order is paid")
		topUp, err := s.Shop.TopUp(t.Context(), s.buyer, "fund", funds)
		s.ok("top up a wallet", topUp.OK(), topUp, err)
		product, err := s.Shop.PutProduct(t.Context(), s.sku, "Lamp", price)
		s.ok("put a product into the catalogue", product.OK(), product, err)
		delivery, err := s.Shop.AdjustStock(t.Context(), s.sku, "delivery", 100)
		s.ok("put stock on the shelf", delivery.OK(), delivery, err)
		s.buy()
	})
	return s
}

// projects starts order, and inventory for the names of products, and shows that the ordinary case works: one order is in the list.
func projects(t *check.T) *shop {
	s := start(t, "2")
	t.Baseline(func() {
		t.Step("before anything else: an order of version 1 comes into the list")
		o := newStory()
		m := o.event(created, 1, 1, fmt.Sprintf(`{"orderId":%q,"buyerId":%q,"total":%s,"createdAt":"2026-06-03T12:00:01Z"}`, o.id, o.buyer, total))
		t.Eventually("order binds its queue "+projector, patience, func(context.Context) (string, bool) {
			err := t.Broker().Publish(m)
			return fmt.Sprint(err), err == nil
		})
		s.handles(m, 0)
		s.is("row", o.id, "an order is not in the list", "the projector makes the list of its events", row{Status: "PENDING", Version: 1, Total: price})
	})
	return s
}

func (s *shop) ok(doing string, ok bool, answer fmt.Stringer, err error) {
	s.t.NoError(doing, err)
	s.t.True(ok, check.Failure{Sentence: doing + ": refused", Expected: "an answer 2xx", Seen: answer.String()})
}

// buy returns the id of an order that is paid.
func (s *shop) buy() string {
	answer, err := s.Shop.CreateOrder(s.t.Context(), s.buyer, uuid.NewString(), stack.Item{SKU: s.sku, Quantity: 1, UnitPrice: price})
	s.ok("order a lamp", answer.OK(), answer, err)
	s.becomes(answer.Data.ID, "PAID")
	return answer.Data.ID
}

// refused returns the id of an order that its buyer cannot pay.
func (s *shop) refused() (id string) {
	poor := uuid.NewString()
	topUp, err := s.Shop.TopUp(s.t.Context(), poor, "fund", 1)
	s.ok("top up a wallet", topUp.OK(), topUp, err)
	_, err = s.Shop.CreateOrder(s.t.Context(), poor, uuid.NewString(), stack.Item{SKU: s.sku, Quantity: 1, UnitPrice: price})
	s.t.NoError("order a lamp without the money for it", err)
	s.t.Ours("find the order", s.db.QueryRow(s.t.Context(), `SELECT id FROM orders WHERE buyer_id = $1`, poor).Scan(&id))
	s.becomes(id, "CANCELLED")
	return id
}

// cancellation returns what the order itself says about its cancellation.
func (s *shop) cancellation(id string) (code, text string) {
	s.t.Ours("read the order", s.db.QueryRow(s.t.Context(), `SELECT cancel_code, cancel_reason FROM orders WHERE id = $1`, id).Scan(&code, &text))
	return code, text
}

func (s *shop) ship(id string) {
	s.do(stack.Ask{Kind: "ship_order", Method: "POST", Path: "/v1/orders/" + id + "/ship", User: stack.AdminID, Roles: []string{"admin"}})
}

func (s *shop) cancel(id string) {
	s.do(stack.Ask{Kind: "cancel_order", Method: "DELETE", Path: "/v1/orders/" + id, User: s.buyer, Key: uuid.NewString()})
}

func (s *shop) do(ask stack.Ask) {
	var answer stack.Answer[json.RawMessage]
	answer, err := s.Shop.Do(s.t.Context(), ask)
	s.ok(ask.Kind, answer.Status/100 == 2, answer, err)
}

var statuses = []string{"", "PENDING", "CONFIRMED", "PAID", "SHIPPED", "CANCELLED"}

// becomes waits until the order itself, not the list, has this status, and its saga is settled.
func (s *shop) becomes(id, want string) {
	s.t.Eventually("the order is "+want, patience, func(ctx context.Context) (string, bool) {
		var status, open int
		err := s.db.QueryRow(ctx, `SELECT status, (SELECT count(*) FROM saga_executions
			WHERE aggregate_id = o.id AND status IN ('RUNNING', 'COMPENSATING', 'FAILED')) FROM orders o WHERE id = $1`, id).Scan(&status, &open)
		if err != nil {
			return err.Error(), false
		}
		return fmt.Sprintf("%s, %d open sagas", statuses[status], open), statuses[status] == want && open == 0
	})
}

// restart stops order and starts it again with this version.
func (s *shop) restart(v string) {
	_, err := s.Service("order").Stop(s.t.Context())
	s.t.Ours("stop order", err)
	s.t.NoError("start order again", s.Service("order").Restart(s.t.Context(), version(v)))
	s.t.Ours("reconnect to order", s.Call("gateway", "order").AwaitCallee(s.t.Context()))
}

// event waits until order has published an event of this type about the order, and returns its message.
func (s *shop) event(id, eventType string) (found fault.Message) {
	s.t.Eventually("order publishes "+eventType, patience, func(context.Context) (string, bool) {
		taken, err := s.t.Broker().Take(s.tap)
		s.t.Ours("read events", err)
		s.events = append(s.events, taken...)
		i := slices.IndexFunc(s.events, func(m fault.Message) bool { return m.Type == eventType && m.Headers["aggregate_id"] == id })
		if i < 0 {
			return fmt.Sprintf("%d other events", len(s.events)), false
		}
		found = s.events[i]
		return "", true
	})
	return found
}

// row is what the read model has of an order.
type row struct {
	Status       string
	Version      int64
	Code, Reason string
	Total        int64
	Payment      int
}

func (r row) String() string {
	return fmt.Sprintf("%s by event %d, cancel code %q, cancel reason %q, total %d, payment %d", r.Status, r.Version, r.Code, r.Reason, r.Total, r.Payment)
}

func (s *shop) row(id string) (r row) {
	var status int
	err := s.db.QueryRow(s.t.Context(), `SELECT status, version, cancel_code, cancel_reason, coalesce(total_minor, 0), payment
		FROM order_list_view WHERE order_id = $1 ORDER BY generation DESC LIMIT 1`, id).
		Scan(&status, &r.Version, &r.Code, &r.Reason, &r.Total, &r.Payment)
	if errors.Is(err, pgx.ErrNoRows) {
		return row{Status: "none"}
	}
	s.t.Ours("read the list of orders", err)
	if status < len(statuses) {
		r.Status = statuses[status]
	}
	return r
}

// is fails unless the read model has this of the order.
func (s *shop) is(failure, id, sentence, why string, want row) {
	got := s.row(id)
	s.t.True(got == want, check.Failure{ID: failure, Sentence: sentence, Expected: want.String(), Seen: got.String(), Why: why})
}
