package history

import (
	"context"
	"fmt"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

// Books are what a judgement is made of: the beginning, the operations, and the end, read after everything settled.
type Books struct {
	Opening      map[string]int64 // user → minor units
	OpeningStock map[string]int64 // SKU → available pieces

	Ops []stack.Op

	Orders   map[string][]stack.Order // user → all their orders
	Balances map[string]int64
	Ledger   map[string][]stack.Entry
	Stock    map[string]stack.Stock
}

// Violation is an invariant that does not hold.
type Violation struct {
	Invariant string // "money is conserved"
	Expected  string
	Seen      string
	Why       string
}

// Failure is the violation as a check reports it.
func (v Violation) Failure() check.Failure {
	return check.Failure{Sentence: "this does not hold: " + v.Invariant, Expected: v.Expected, Seen: v.Seen, Why: v.Why}
}

// Read fills in the end of the books through the gateway: orders, balance and ledger of each user, each stock.
// An error is a read that got no good answer.
func (b *Books) Read(ctx context.Context, shop *stack.Shop, users, skus []string) error {
	b.Orders, b.Balances = map[string][]stack.Order{}, map[string]int64{}
	b.Ledger, b.Stock = map[string][]stack.Entry{}, map[string]stack.Stock{}
	for _, user := range users {
		if err := b.readUser(ctx, shop, user); err != nil {
			return err
		}
	}
	for _, sku := range skus {
		stock, err := answered(shop.Stock(ctx, sku))
		if err != nil {
			return fmt.Errorf("read stock of %s: %w", sku, err)
		}
		b.Stock[sku] = stock
	}
	return nil
}

func (b *Books) readUser(ctx context.Context, shop *stack.Shop, user string) error {
	wallet, err := answered(shop.Wallet(ctx, user))
	if err != nil {
		return fmt.Errorf("read wallet of %s: %w", user, err)
	}
	b.Balances[user] = wallet.Balance.MinorUnits
	for cursor, pages := "", map[string]bool{}; !pages[cursor]; {
		pages[cursor] = true
		page, err := answered(shop.EntriesFrom(ctx, user, cursor))
		if err != nil {
			return fmt.Errorf("read ledger of %s: %w", user, err)
		}
		b.Ledger[user] = append(b.Ledger[user], page.Entries...)
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	seen := map[string]bool{}
	for cursor := ""; !seen[cursor]; {
		seen[cursor] = true
		page, err := answered(shop.ListOrders(ctx, user, 100, cursor))
		if err != nil {
			return fmt.Errorf("list orders of %s: %w", user, err)
		}
		b.Orders[user] = append(b.Orders[user], page.Orders...)
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	return nil
}

func answered[D any](a stack.Answer[D], err error) (D, error) {
	if err == nil && !a.OK() {
		err = fmt.Errorf("the answer is %s", a)
	}
	return a.Data, err
}

// Violations judges every invariant that the books have evidence for, the plainest first.
func (b Books) Violations() []Violation {
	var all []Violation
	for _, judge := range []func(Books) []Violation{OrdersFinal, KeysOnce, AnswersHold, ChargedOnce, MoneyConserved, StockConserved} {
		all = append(all, judge(b)...)
	}
	return all
}
