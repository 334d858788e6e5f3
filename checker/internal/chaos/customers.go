package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	"stagecraft/checker/internal/history"
	"stagecraft/checker/internal/load"
	"stagecraft/checker/internal/stack"
)

const (
	buyers     = 8
	openStock  = 1_000_000
	openMoney  = 5_000
	dearPrice  = 50_000_000 // more than any buyer has
	teaPrice   = 200
	impatience = 20 * time.Second // after that a customer leaves
)

// customers buy, repeat themselves, change their minds and top up, each one after a seed. The recorder has all that they were answered.
type customers struct {
	shop     *stack.Shop
	recorder history.Recorder
	names    []string

	mu    sync.Mutex
	count map[string]int
	paid  map[string][]string // order ids by buyer
}

// openShop fills the shelves and the wallets.
func openShop(ctx context.Context, s *stack.Stack, r *rand.Rand) (*customers, error) {
	c := &customers{count: map[string]int{}, paid: map[string][]string{}}
	c.shop = s.Shop.Recording(&c.recorder)
	for _, product := range []struct {
		sku   string
		price int64
	}{{"tea", teaPrice}, {"gold", dearPrice}} {
		put, err := c.shop.PutProduct(ctx, product.sku, product.sku, product.price)
		if err := answered("put "+product.sku, put, err); err != nil {
			return nil, err
		}
		stocked, err := c.shop.AdjustStock(ctx, product.sku, "stock-"+product.sku, openStock)
		if err := answered("stock "+product.sku, stocked, err); err != nil {
			return nil, err
		}
	}
	for range buyers {
		var id uuid.UUID
		for i := range id {
			id[i] = byte(r.Uint32())
		}
		id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
		c.names = append(c.names, id.String())
	}
	for _, name := range c.names {
		topped, err := c.shop.TopUp(ctx, name, "money", openMoney)
		if err := answered("top up "+name, topped, err); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func answered[D any](what string, answer stack.Answer[D], err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if !answer.OK() {
		return fmt.Errorf("%s: %s", what, answer)
	}
	return nil
}

// come sends traffic until the context ends and returns when the last customer has left. part makes the keys of this part of the day.
func (c *customers) come(ctx context.Context, rate float64, part int, seed uint64) load.Result {
	return load.Run(ctx, load.Plan{Rate: rate, Seed: seed, Do: func(ctx context.Context, n int, r *rand.Rand) error {
		return c.act(ctx, fmt.Sprintf("%d-%d", part, n), r)
	}})
}

func (c *customers) act(ctx context.Context, key string, r *rand.Rand) error {
	buyer := c.names[r.IntN(len(c.names))]
	ctx, cancel := context.WithTimeout(ctx, impatience)
	defer cancel()
	switch p := r.Float64(); {
	case p < .65:
		item := stack.Item{SKU: "tea", Quantity: 1 + r.IntN(3), UnitPrice: teaPrice}
		return c.buy(ctx, buyer, "order-"+key, item, r.IntN(4) == 0)
	case p < .75:
		return c.buy(ctx, buyer, "dear-"+key, stack.Item{SKU: "gold", Quantity: 1, UnitPrice: dearPrice}, false)
	case p < .90:
		return c.takeBack(ctx, buyer)
	default:
		answer, err := c.shop.TopUp(ctx, buyer, "top-up-"+key, 500)
		return answered("top up", answer, err)
	}
}

// buy sends each order twice: the second time as a client does that has lost its patience. One that changes its mind cancels at once, while
// the first message of the purchase is on its way.
func (c *customers) buy(ctx context.Context, buyer, key string, item stack.Item, cancels bool) error {
	answer, err := c.shop.CreateOrder(ctx, buyer, key, item)
	if cancels && err == nil && answer.OK() {
		_, _ = c.shop.CancelOrder(ctx, buyer, answer.Data.ID)
	}
	again, againErr := c.shop.CreateOrder(ctx, buyer, key, item)
	if err := answered("order", answer, err); err != nil {
		if answer, err = again, againErr; err != nil || !again.OK() {
			return answered("order", again, againErr)
		}
	}
	ended, err := c.shop.AwaitOrder(ctx, buyer, answer.Data.ID)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if ended.Data.Status == "CANCELLED" {
		c.count["cancelled"]++
		return nil
	}
	c.count["paid"]++
	c.paid[buyer] = append(c.paid[buyer], ended.Data.ID)
	return nil
}

// takeBack cancels an order that is paid.
func (c *customers) takeBack(ctx context.Context, buyer string) error {
	c.mu.Lock()
	orders := c.paid[buyer]
	if len(orders) == 0 {
		c.mu.Unlock()
		return nil
	}
	id := orders[len(orders)-1]
	c.paid[buyer] = orders[:len(orders)-1]
	c.mu.Unlock()
	answer, err := c.shop.CancelOrder(ctx, buyer, id)
	if err != nil || answer.Status/100 != 2 {
		return errors.Join(err, fmt.Errorf("cancel: %s", answer))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count["taken back"]++
	return nil
}

func (c *customers) counted(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count[what]
}

// skus are all that is sold.
func (c *customers) skus() []string { return []string{"gold", "tea"} }
