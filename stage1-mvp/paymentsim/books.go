package paymentsim

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// books are all charges by their keys.
type books struct {
	mu      sync.Mutex
	charges map[string]*Charge
	keys    []string // in the order in which they were first heard of
}

func newBooks() *books { return &books{charges: make(map[string]*Charge)} }

// charge takes the money once for its key. A charge that was voided, even before it arrived, is refused.
func (b *books) charge(key string, o order, declined string) (c Charge, replayed bool, no *problem) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known, replayed := b.charges[key]
	switch {
	case !replayed:
		known = &Charge{
			Key: key, Amount: o.Amount, Currency: o.Currency, Reference: o.Reference, Customer: o.Customer, Source: o.Source,
			DeclineCode: declineCode(o.Source, declined), Refunds: []Refund{}, Created: time.Now().UTC(),
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
	return known.copy(), replayed, nil
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
	return c.copy(), nil
}

// void gives back what is left of a charge, and remembers the key of one that has not arrived yet.
func (b *books) void(key string) Charge {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.charges[key]
	if !ok {
		c = &Charge{Key: key, Refunds: []Refund{}, Created: time.Now().UTC()}
		b.add(c)
	}
	if c.Status == Succeeded {
		c.AmountRefunded = c.Amount
	}
	c.Status = Voided
	return c.copy()
}

// refund gives back part of a charge, once for the key of the refund.
func (b *books) refund(key, refundKey string, amount int64, declined bool) (r Refund, replayed bool, no *problem) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, ok := b.charges[key]
	if !ok {
		return Refund{}, false, refusal(http.StatusNotFound, "no_such_charge", "there is no charge with this key")
	}
	if i := slices.IndexFunc(c.Refunds, func(r Refund) bool { return r.Key == refundKey }); i >= 0 {
		if c.Refunds[i].Amount != amount {
			return Refund{}, true, keyReused
		}
		return c.Refunds[i], true, nil
	}
	if c.Status != Succeeded || amount > c.Amount-c.AmountRefunded {
		return Refund{}, false, refusal(http.StatusConflict, "charge_not_refundable",
			fmt.Sprintf("the charge is %s, and %d of it is left", c.Status, c.Amount-c.AmountRefunded))
	}
	r = Refund{Key: refundKey, Charge: key, Amount: amount, Status: Succeeded}
	if declined || c.Source == CardRefundDeclined {
		r.Status = Declined
	} else {
		c.AmountRefunded += amount
	}
	c.Refunds = append(c.Refunds, r)
	return r, false, nil
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
		all[i] = b.charges[key].copy()
	}
	return all
}

// net is what is held for the shop, by currency.
func (b *books) net() map[string]int64 {
	sums := make(map[string]int64)
	for _, c := range b.list() {
		if c.Status == Succeeded {
			sums[c.Currency] += c.Amount - c.AmountRefunded
		}
	}
	return sums
}
