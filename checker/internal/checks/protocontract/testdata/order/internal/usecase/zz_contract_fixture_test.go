// Hidden checks of the lesson on contracts. They use only names that the lesson gives: NewWatchOrder, WatchConfig, NewGetOrder.
package usecase

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
)

const (
	zzContractBuyer = "11111111-1111-4111-8111-111111111111"
	zzContractOrder = "33333333-3333-4333-8333-333333333333"
	zzContractOther = "44444444-4444-4444-8444-444444444444"
	zzContractPause = 500 * time.Millisecond
)

type zzContractFailure struct{ id, sentence, expected, seen, why string }

func zzContractFail(t *testing.T, f zzContractFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzContractStore is a query service whose order changes with time.
type zzContractStore struct {
	query.QueryService
	mu      sync.Mutex
	orders  map[string]query.Order
	reads   int
	failing error
	hang    bool        // a read waits until its context ends
	over    bool        // the test has ended: a goroutine that still reads is stopped
	reading func(n int) // before read n
}

func zzContractStoreOf(orders ...query.Order) *zzContractStore {
	s := &zzContractStore{orders: map[string]query.Order{}}
	for _, o := range orders {
		s.orders[o.ID] = o
	}
	return s
}

func (s *zzContractStore) Orders(ctx context.Context, ids ...string) (found []query.Order, err error) {
	s.mu.Lock()
	s.reads++
	n, over, hang, failing, reading := s.reads, s.over, s.hang, s.failing, s.reading
	s.mu.Unlock()
	if reading != nil {
		reading(n)
	}
	s.mu.Lock()
	for _, id := range ids {
		if o, ok := s.orders[id]; ok {
			found = append(found, o)
		}
	}
	s.mu.Unlock()
	switch {
	case over:
		runtime.Goexit()
	case hang:
		select {
		case <-ctx.Done():
		case <-time.After(time.Hour):
			return nil, errors.New("the read was not given up")
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return found, failing
}

func (s *zzContractStore) set(o query.Order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders[o.ID] = o
}

func (s *zzContractStore) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failing = err
}

func (s *zzContractStore) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

// end stops whatever still reads.
func (s *zzContractStore) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
}

func zzContractAt(version int64, status domain.OrderStatus) query.Order {
	o := query.Order{
		ID: zzContractOrder, BuyerID: zzContractBuyer, Status: int(status), Items: []query.Item{{SKU: "tea", Quantity: 2, UnitPrice: 250}},
		TotalMinor: 500, Currency: "EUR", Version: version, CreatedAt: time.Unix(1000, 0), UpdatedAt: time.Unix(1000+version, 0),
	}
	if status == domain.StatusCancelled {
		o.CancelCode, o.CancelReason = string(domain.CancelOutOfStock), "no tea"
	}
	return o
}

func zzContractWatch(s *zzContractStore, interval time.Duration) *WatchOrder {
	return NewWatchOrder(WatchConfig{Interval: interval}, NewGetOrder(s))
}

func zzContractCaller() dto.Caller { return dto.Caller{UserID: zzContractBuyer} }

// zzContractSent are the messages that a client has taken, and when.
type zzContractSent struct {
	mu     sync.Mutex
	orders []query.Order
	at     []time.Time
}

func (c *zzContractSent) send(o query.Order) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.orders, c.at = append(c.orders, o), append(c.at, time.Now())
	return nil
}

func (c *zzContractSent) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.orders)
}

// String says which versions came, "1 PENDING, 2 PAID".
func (c *zzContractSent) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.orders) == 0 {
		return "no message"
	}
	words := make([]string, len(c.orders))
	for i, o := range c.orders {
		words[i] = fmt.Sprintf("version %d %s", o.Version, domain.OrderStatus(o.Status))
	}
	return strings.Join(words, ", ")
}

// zzContractGoroutines counts those that run code of the shop, the caller's own not.
func zzContractGoroutines() (n int, first string) {
	buffer := make([]byte, 1<<20)
	for i, stack := range strings.Split(string(buffer[:runtime.Stack(buffer, true)]), "\n\n") {
		if i > 0 && strings.Contains(stack, "shop/order/internal/usecase.") && !strings.Contains(stack, "testing.tRunner") {
			n++
			if first == "" {
				first = strings.SplitN(stack, "\n", 3)[1]
			}
		}
	}
	return n, first
}
