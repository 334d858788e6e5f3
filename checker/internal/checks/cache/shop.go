package cache

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

// patience is how long to wait for what takes milliseconds on a machine that is not busy.
const patience = 15 * time.Second

const queue = "order.catalogue"

// shop is a running system with a rich buyer.
type shop struct {
	*stack.Stack
	t     *check.T
	buyer string
}

// open starts the services. No copy expires during the check, so that what makes a price right again is the event alone.
func open(t *check.T) *shop {
	t.Step("start the four services")
	s := &shop{t: t, buyer: uuid.NewString(), Stack: t.Stack(stack.Options{ServiceEnv: map[string]map[string]string{"order": {
		"CATALOGUE_CACHE_TTL": "1h", "CATALOGUE_CACHE_EMPTY_TTL": "1h", "CATALOGUE_CACHE_LOAD_TIMEOUT": "6s",
		"CATALOGUE_CACHE_REDIS_TIMEOUT": "1s", "REDIS_TIMEOUT": "1s", "CONSUMER_REQUEUE_MIN": "1s", "CONSUMER_REQUEUE_MAX": "4s",
		"INVENTORY_BREAKER_MIN_REQUESTS": "1000",
	}}})}
	t.Baseline(func() {
		answer, err := s.Shop.TopUp(t.Context(), s.buyer, uuid.NewString(), 1_000_000)
		s.ok("top up the wallet", answer.OK(), answer, err)
	})
	return s
}

func (s *shop) ok(doing string, ok bool, answer fmt.Stringer, err error) {
	s.t.NoError(doing, err)
	s.t.True(ok, check.Failure{Sentence: doing + ": refused", Expected: "an answer 2xx", Seen: answer.String()})
}

// put sets a price, and returns when order has acknowledged the event of it.
func (s *shop) put(sku string, price int64) {
	s.settled(sku, func() { s.putOnly(sku, price) })
}

// putOnly sets a price and waits for nothing.
func (s *shop) putOnly(sku string, price int64) {
	product, err := s.Shop.PutProduct(s.t.Context(), sku, "Lamp", price)
	s.ok("put a product into the catalogue", product.OK(), product, err)
}

// settled returns when order has acknowledged one more event about the SKU.
func (s *shop) settled(sku string, cause func()) {
	before := len(s.acks(sku))
	cause()
	s.t.Eventually("order acknowledges inventory.product.changed of "+sku, patience, func(context.Context) (string, bool) {
		acks := s.acks(sku)
		return fmt.Sprintf("%d acknowledged", len(acks)-before), len(acks) > before
	})
}

// acks returns the acknowledgements of events about the SKU, without those that give the event back.
func (s *shop) acks(sku string) (acks []fault.Passage) {
	match := fault.Match{Queue: queue, Where: func(m fault.Message) bool { return about(m) == sku }}
	for _, p := range s.Broker("order").Passages(fault.Ack, match) {
		if !p.Negative {
			acks = append(acks, p)
		}
	}
	return acks
}

func about(m fault.Message) string {
	var event struct {
		SKU string `json:"sku"`
	}
	_ = json.Unmarshal(m.Body, &event)
	return event.SKU
}

// stockUp puts a product with stock into the catalogue.
func (s *shop) stockUp(sku string, price int64) {
	s.put(sku, price)
	answer, err := s.Shop.AdjustStock(s.t.Context(), sku, uuid.NewString(), 1000)
	s.ok("put stock on the shelf", answer.OK(), answer, err)
}

// order sends an order for one piece of each SKU. It names no total: a buyer who does makes order read the prices again.
func (s *shop) order(ctx context.Context, skus ...string) (stack.Answer[stack.Order], error) {
	var body stack.NewOrder
	for _, sku := range skus {
		body.Items = append(body.Items, stack.NewItem{SKU: sku, Quantity: 1})
	}
	answer, err := s.Shop.Do(ctx, stack.Ask{Kind: "create_order", Method: "POST", Path: "/v1/orders", User: s.buyer, Key: uuid.NewString(), Body: body})
	order := stack.Answer[stack.Order]{Status: answer.Status, Code: answer.Code, Message: answer.Message, Reason: answer.Reason, Raw: answer.Raw}
	if err == nil && answer.OK() {
		err = json.Unmarshal(answer.Data, &order.Data)
	}
	return order, err
}

// mustCost orders one piece and requires its price.
func (s *shop) mustCost(sku string, price int64, f check.Failure) {
	answer, err := s.order(s.t.Context(), sku)
	f.Expected, f.Seen = fmt.Sprintf("an order at %d", price), seen(answer, err)
	s.t.True(err == nil && answer.OK() && len(answer.Data.Items) == 1 && answer.Data.Items[0].UnitPrice == price, f)
}

func seen(answer stack.Answer[stack.Order], err error) string {
	switch {
	case err != nil:
		return err.Error()
	case answer.OK() && len(answer.Data.Items) > 0:
		return fmt.Sprintf("an order at %d", answer.Data.Items[0].UnitPrice)
	}
	return answer.String()
}

// asked counts the calls of GetProducts so far.
func (s *shop) asked() int { return len(s.Call("order", "inventory").Calls("GetProducts")) }
