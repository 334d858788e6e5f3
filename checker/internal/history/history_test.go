package history

import (
	"errors"
	"testing"
	"time"

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
		"a reservation leaked":      {func(b *Books) { b.Stock["tea"] = stack.Stock{Available: 8, Reserved: 3} }, "nothing stays reserved for nobody"},
		"an order hangs":            {func(b *Books) { b.Orders[ann][1].Status = "CONFIRMED" }, "every order comes to an end"},
		"two orders for one key":    {func(b *Books) { b.Ops[4].Output = stack.Order{ID: "o9", Status: "PAID"} }, "one key makes one order"},
		"an answer was taken back":  {func(b *Books) { b.Orders[ann][0].Status = "CANCELLED" }, "an answer that was given stays true"},
		"an answered order is gone": {func(b *Books) { b.Orders[ann] = b.Orders[ann][1:] }, "an answer that was given stays true"},
		"sold what was refused": {func(b *Books) {
			b.Ops[5].Err, b.Ops[5].Status, b.Ops[5].Code = nil, 409, 1003
			b.Orders[ann][1].Status = "PAID"
		}, "nothing is sold that nobody ordered"},
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

func TestLinearizable(t *testing.T) {
	t.Parallel()
	begin := time.Unix(0, 0)
	at := func(ms int) time.Time { return begin.Add(time.Duration(ms) * time.Millisecond) }
	value := func(n int64) *int64 { return &n }
	change := func(from, to int, delta int64, o Outcome, v *int64) Change {
		return Change{Key: "wallet/ann", Delta: delta, Call: at(from), Back: at(to), Outcome: o, Value: v}
	}
	cases := map[string]struct {
		changes []Change
		ok      bool
	}{
		"one after the other":      {[]Change{change(0, 1, 5, Done, value(105)), change(2, 3, 0, Done, value(105))}, true},
		"side by side":             {[]Change{change(0, 9, 5, Done, value(107)), change(1, 8, 2, Done, value(102))}, true},
		"a lost update":            {[]Change{change(0, 9, 5, Done, value(105)), change(1, 8, 2, Done, value(102))}, false},
		"a stale read":             {[]Change{change(0, 1, 5, Done, nil), change(2, 3, 0, Done, value(100))}, false},
		"uncertain, happened":      {[]Change{change(0, 1, -60, Uncertain, nil), change(5, 6, 0, Done, value(40))}, true},
		"uncertain, did not":       {[]Change{change(0, 1, -60, Uncertain, nil), change(5, 6, 0, Done, value(100))}, true},
		"uncertain, but not twice": {[]Change{change(0, 1, -30, Uncertain, nil), change(5, 6, 0, Done, value(40))}, false},
		"refused rightly":          {[]Change{change(0, 1, -101, Refused, nil)}, true},
		"refused wrongly":          {[]Change{change(0, 1, -99, Refused, nil)}, false},
		"overdrawn":                {[]Change{change(0, 9, -80, Done, nil), change(0, 9, -80, Done, nil)}, false},
		"seen, then unseen":        {[]Change{change(0, 20, 5, Done, nil), change(1, 2, 0, Done, value(105)), change(3, 4, 0, Done, value(100))}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := Linearizable(c.changes, map[string]int64{"wallet/ann": 100}, 5*time.Second)
			if (len(found) == 0) != c.ok {
				t.Errorf("want linearizable %t, found %+v", c.ok, found)
			}
		})
	}
}

func TestChangesOfOperations(t *testing.T) {
	t.Parallel()
	ops := right().Ops
	wallet, stock := WalletChanges(ops), StockChanges(ops)
	if len(wallet) != 1 || len(stock) != 1 || stock[0].Key != "stock/tea" || wallet[0].Value == nil || *wallet[0].Value != 1050 {
		t.Errorf("wallet %+v, stock %+v", wallet, stock)
	}
}
