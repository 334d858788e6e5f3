package history

import (
	"errors"
	"testing"

	"stagecraft/checker/internal/stack"
)

const ann = "ann"

// right is a history in which all is well: 1000 topped up, one order of 2 × 150 paid, one of 150 uncertain and cancelled.
func right() Books {
	items := func(n int) []stack.Item { return []stack.Item{{SKU: "tea", Quantity: n, UnitPrice: 150}} }
	paid := stack.Order{ID: "o1", BuyerID: ann, Status: "PAID", Items: items(2), Total: eur(300)}
	cancelled := stack.Order{ID: "o2", BuyerID: ann, Status: "CANCELLED", Items: items(1), Total: eur(150)}
	return Books{
		Opening: map[string]int64{ann: 50}, OpeningStock: map[string]int64{"tea": 5},
		Ops: []stack.Op{
			{Kind: "top_up", User: ann, Key: "t", Input: eur(1000), Err: errors.New("EOF")},
			{Kind: "top_up", User: ann, Key: "t", Input: eur(1000), Output: stack.Wallet{Balance: eur(1050)}, Status: 201},
			{Kind: "adjust_stock", User: "admin", Key: "a", Input: stack.Adjustment{SKU: "tea", Delta: 5}, Status: 200},
			{Kind: "create_order", User: ann, Key: "k1", Status: 201, Output: paid},
			{Kind: "create_order", User: ann, Key: "k1", Status: 201, Output: paid},
			{Kind: "create_order", User: ann, Key: "k2", Err: errors.New("EOF")},
		},
		Orders:   map[string][]stack.Order{ann: {paid, cancelled}},
		Balances: map[string]int64{ann: 750},
		Ledger: map[string][]stack.Entry{ann: {
			{Kind: "TOP_UP", Amount: eur(1000), Reference: "t"}, {Kind: "DEDUCT", Amount: eur(-300), Reference: "o1"},
			{Kind: "DEDUCT", Amount: eur(-150), Reference: "o2"}, {Kind: "REFUND", Amount: eur(150), Reference: "o2"},
		}},
		Stock: map[string]stack.Stock{"tea": {SKU: "tea", Available: 8, Reserved: 2}},
	}
}

func eur(n int64) stack.Money { return stack.Money{MinorUnits: n, Currency: "EUR"} }

func TestARightHistoryHasNoViolation(t *testing.T) {
	t.Parallel()
	if found := right().Violations(); len(found) != 0 {
		t.Errorf("blamed for nothing: %+v", found)
	}
	b := right()
	b.Stock["tea"] = stack.Stock{SKU: "tea", Available: 8} // taken out at once instead of reserved until it ships
	b.Ops[1].Err = errors.New("EOF")                       // both answers to the top-up were lost
	b.Ops[1].Status = 0
	if found := b.Violations(); len(found) != 0 {
		t.Errorf("blamed for nothing: %+v", found)
	}
}

func TestWrongHistories(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		spoil func(*Books)
		want  string
	}{
		"charged twice": {func(b *Books) {
			b.Ledger[ann] = append(b.Ledger[ann], stack.Entry{Kind: "DEDUCT", Amount: eur(-300), Reference: "o1"})
			b.Balances[ann] -= 300
		}, "each sold order is charged once and nothing else is"},
		"cancelled but not refunded": {func(b *Books) {
			b.Ledger[ann] = b.Ledger[ann][:3]
			b.Balances[ann] -= 150
		}, "each sold order is charged once and nothing else is"},
		"refunded twice":            {func(b *Books) { b.Balances[ann] += 150 }, "money is conserved"},
		"a top-up was lost":         {func(b *Books) { b.Balances[ann] -= 1000 }, "money is conserved"},
		"a top-up happened twice":   {func(b *Books) { b.Balances[ann] += 1000 }, "money is conserved"},
		"a piece was lost":          {func(b *Books) { b.Stock["tea"] = stack.Stock{Available: 7, Reserved: 2} }, "stock is conserved"},
		"a piece was sold twice":    {func(b *Books) { b.Stock["tea"] = stack.Stock{Available: 9, Reserved: 2} }, "stock is conserved"},
		"a reservation leaked":      {func(b *Books) { b.Stock["tea"] = stack.Stock{Available: 8, Reserved: 3} }, "no stock stays reserved without an order"},
		"an order hangs":            {func(b *Books) { b.Orders[ann][1].Status = "CONFIRMED" }, "every order comes to an end"},
		"two orders for one key":    {func(b *Books) { b.Ops[4].Output = stack.Order{ID: "o9", Status: "PAID"} }, "one key makes one order"},
		"an answer was taken back":  {func(b *Books) { b.Orders[ann][0].Status = "CANCELLED" }, "an answer that was given stays true"},
		"an answered order is gone": {func(b *Books) { b.Orders[ann] = b.Orders[ann][1:] }, "an answer that was given stays true"},
		"sold what was refused": {func(b *Books) {
			b.Ops[5].Err, b.Ops[5].Status, b.Ops[5].Code = nil, 409, 1003
			b.Orders[ann][1].Status = "PAID"
		}, "nothing is sold that was not ordered"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := right()
			c.spoil(&b)
			for _, v := range b.Violations() {
				if v.Invariant == c.want {
					return
				}
			}
			t.Errorf("want %q, found %+v", c.want, b.Violations())
		})
	}
}
