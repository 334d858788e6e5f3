package paymentsim

import (
	"net/http"
	"sync"
	"time"
)

// books has all charges by key.
type books struct {
	mu      sync.Mutex
	charges map[string]*Charge
	keys    []string // in the order of arrival
}

func newBooks() *books { return &books{charges: make(map[string]*Charge)} }

// charge takes the money once per key. A charge that was voided, even before it arrived, is refused.
func (b *books) charge(key string, o order, declined string) (c Charge, replayed bool, no *problem) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known, replayed := b.charges[key]
	switch {
	case !replayed:
		known = &Charge{
			Key: key, Amount: o.Amount, Currency: o.Currency, Reference: o.Reference, Customer: o.Customer, Source: o.Source,
			DeclineCode: declineCode(o.Source, declined), Created: time.Now().UTC(),
		}
		if known.Status = Succeeded; known.DeclineCode != "" {
			known.Status = Declined
		}
		b.add(known)
	case known.Status == Voided:
		return Charge{}, true, refusal(http.StatusConflict, "charge_voided", "this charge was voided")
	case known.order() != o:
		return Charge{}, true, keyReused
	}
	return *known, replayed, nil
}

func declineCode(source, declined string) string {
	switch source {
	case CardDeclined:
		return "card_declined"
	case CardPoor:
		return "insufficient_funds"
	}
	return declined
}

func (b *books) find(key string) (Charge, *problem) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.charges[key]
	if !ok {
		return Charge{}, refusal(http.StatusNotFound, "no_such_charge", "there is no charge with this key")
	}
	return *c, nil
}

// void cancels a charge, and remembers the key of one that has not arrived yet.
func (b *books) void(key string) Charge {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.charges[key]
	if !ok {
		c = &Charge{Key: key, Created: time.Now().UTC()}
		b.add(c)
	}
	c.Status = Voided
	return *c
}

func (b *books) add(c *Charge) {
	b.charges[c.Key] = c
	b.keys = append(b.keys, c.Key)
}

func (b *books) list() []Charge {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]Charge, len(b.keys))
	for i, key := range b.keys {
		all[i] = *b.charges[key]
	}
	return all
}

// net returns what is held for the shop, by currency.
func (b *books) net() map[string]int64 {
	sums := make(map[string]int64)
	for _, c := range b.list() {
		if c.Status == Succeeded {
			sums[c.Currency] += c.Amount
		}
	}
	return sums
}
