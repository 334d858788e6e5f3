package history

import (
	"fmt"
	"maps"
	"slices"

	"stagecraft/checker/internal/stack"
)

// sold says that the goods are the buyer's and the money is the shop's; open that it is not decided.
func sold(o stack.Order) bool { return o.Status == "PAID" || o.Status == "SHIPPED" }
func open(o stack.Order) bool { return !sold(o) && o.Status != "CANCELLED" }

// OrdersFinal: when all is settled no order is still on its way.
func OrdersFinal(b Books) []Violation {
	var found []Violation
	for _, user := range slices.Sorted(maps.Keys(b.Orders)) {
		for _, o := range b.Orders[user] {
			if open(o) {
				found = append(found, Violation{
					"every order comes to an end", "PAID or CANCELLED", fmt.Sprintf("order %s is still %s", o.ID, o.Status),
					"The scanner for stale sagas has to finish what a crash interrupted.",
				})
			}
		}
	}
	return found
}

// KeysOnce: all successful answers to one idempotency key are the same order.
func KeysOnce(b Books) []Violation {
	first := map[[2]string]string{}
	var found []Violation
	for _, op := range b.Ops {
		order, ok := op.Output.(stack.Order)
		if op.Kind != "create_order" || op.Key == "" || !ok || outcome(op) != yes {
			continue
		}
		name := [2]string{op.User, op.Key}
		if other, known := first[name]; known && other != order.ID {
			found = append(found, Violation{
				"one key makes one order", "order " + other + " in every answer to the key " + op.Key,
				"also order " + order.ID, "A client that repeats a request whose answer was lost must not buy twice.",
			})
			continue
		}
		first[name] = order.ID
	}
	return found
}

// AnswersHold: an order that was answered as paid exists and is paid; what was not asked for does not exist.
func AnswersHold(b Books) []Violation {
	var found []Violation
	for _, user := range slices.Sorted(maps.Keys(b.Orders)) {
		byID := map[string]stack.Order{}
		bought, most, certain := 0, 0, map[string]bool{}
		for _, o := range b.Orders[user] {
			byID[o.ID] = o
			if sold(o) {
				bought++
			}
		}
		for _, op := range byKey(b.Ops, "create_order") {
			if op.User != user || outcome(op) == no {
				continue
			}
			most++
			answer, ok := op.Output.(stack.Order)
			if outcome(op) != yes || !ok || !sold(answer) {
				continue
			}
			certain[answer.ID] = true
			if o, exists := byID[answer.ID]; !exists || !sold(o) {
				now := "it does not exist"
				if exists {
					now = "it is " + o.Status
				}
				found = append(found, Violation{
					"an answer that was given stays true", fmt.Sprintf("order %s, answered as %s, is paid", answer.ID, answer.Status), now,
					"The buyer has the answer; nothing that happens later may contradict it.",
				})
			}
		}
		if bought > most {
			found = append(found, Violation{
				"nothing is sold that was not ordered", fmt.Sprintf("at most %d paid orders", most), fmt.Sprintf("%d", bought),
				"A request that was refused, or repeated with the same key, must not sell anything.",
			})
		}
	}
	return found
}

// ChargedOnce: the ledger has exactly one charge for each sold order, and every other charge was given back.
func ChargedOnce(b Books) []Violation {
	var found []Violation
	for _, user := range slices.Sorted(maps.Keys(b.Ledger)) {
		net := map[string]int64{}
		for _, e := range b.Ledger[user] {
			if e.Kind == "DEDUCT" || e.Kind == "REFUND" {
				net[e.Reference] -= e.Amount.MinorUnits
			}
		}
		var charged, owed []int64
		for _, amount := range net {
			if amount != 0 {
				charged = append(charged, amount)
			}
		}
		undecided := false
		for _, o := range b.Orders[user] {
			undecided = undecided || open(o)
			if sold(o) {
				owed = append(owed, o.Total.MinorUnits)
			}
		}
		slices.Sort(charged)
		slices.Sort(owed)
		if !undecided && !slices.Equal(charged, owed) {
			found = append(found, Violation{
				"each sold order is charged once and nothing else is", chargesOf(owed, "no charge that is left, because no order is paid"),
				chargesOf(charged, "no charge that is left"),
				"A call that may have happened must be found out or undone, and no call may have its effect twice.",
			})
		}
	}
	return found
}

func chargesOf(amounts []int64, none string) string {
	if len(amounts) == 0 {
		return none
	}
	return fmt.Sprintf("charges of %v that are not given back", amounts)
}

// MoneyConserved: each balance is what was there, plus top-ups, minus what was sold.
func MoneyConserved(b Books) []Violation {
	var found []Violation
	for _, user := range slices.Sorted(maps.Keys(b.Balances)) {
		low := b.Opening[user]
		high := low
		for _, op := range byKey(b.Ops, "top_up") {
			if amount, ok := op.Input.(stack.Money); ok && op.User == user {
				low, high = widen(low, high, amount.MinorUnits, outcome(op))
			}
		}
		for _, o := range b.Orders[user] {
			switch {
			case sold(o):
				low, high = low-o.Total.MinorUnits, high-o.Total.MinorUnits
			case open(o):
				low -= o.Total.MinorUnits
			}
		}
		if got := b.Balances[user]; got < low || got > high {
			found = append(found, Violation{
				"money is conserved", between(low, high) + " left in the wallet of " + user, fmt.Sprintf("%d (%+d)", got, off(got, low, high)),
				"Every minor unit that left a wallet has to have paid for an order or to have come back.",
			})
		}
	}
	return found
}

// StockConserved: what is available is what was there, plus adjustments, minus what was sold; no stock stays reserved without an order.
func StockConserved(b Books) []Violation {
	var found []Violation
	for _, sku := range slices.Sorted(maps.Keys(b.Stock)) {
		low := b.OpeningStock[sku]
		high, paid := low, int64(0)
		undecided := false
		for _, op := range byKey(b.Ops, "adjust_stock") {
			if a, ok := op.Input.(stack.Adjustment); ok && a.SKU == sku {
				low, high = widen(low, high, a.Delta, outcome(op))
			}
		}
		for _, orders := range b.Orders {
			for _, o := range orders {
				n := pieces(o, sku)
				switch {
				case sold(o):
					low, high = low-n, high-n
					if o.Status == "PAID" {
						paid += n
					}
				case open(o) && n > 0:
					low, undecided = low-n, true
				}
			}
		}
		got := b.Stock[sku]
		if got.Available < low || got.Available > high {
			found = append(found, Violation{
				"stock is conserved", between(low, high) + " of " + sku + " available", fmt.Sprintf("%d (%+d)", got.Available, off(got.Available, low, high)),
				"Every piece that left the shelf has to be in a paid order or to have come back.",
			})
		}
		// A stage may keep the pieces of a paid order reserved until it ships, or take them out at once.
		if !undecided && got.Reserved != 0 && got.Reserved != paid {
			found = append(found, Violation{
				"no stock stays reserved without an order", fmt.Sprintf("0 of %s reserved, or the %d of paid orders", sku, paid), fmt.Sprintf("%d", got.Reserved),
				"A reservation of a cancelled order keeps goods from those who would buy them.",
			})
		}
	}
	return found
}

func pieces(o stack.Order, sku string) int64 {
	n := int64(0)
	for _, item := range o.Items {
		if item.SKU == sku {
			n += int64(item.Quantity)
		}
	}
	return n
}

func widen(low, high, delta int64, h happened) (int64, int64) {
	switch {
	case h == yes:
		return low + delta, high + delta
	case h == perhaps && delta > 0:
		return low, high + delta
	case h == perhaps:
		return low + delta, high
	}
	return low, high
}

func between(low, high int64) string {
	if low == high {
		return fmt.Sprintf("%d", low)
	}
	return fmt.Sprintf("between %d and %d", low, high)
}

func off(got, low, high int64) int64 {
	if got < low {
		return got - low
	}
	return got - high
}
