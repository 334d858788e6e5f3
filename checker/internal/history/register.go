package history

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"stagecraft/checker/internal/stack"
)

// Change is one operation on one number that never goes below zero: a balance, a stock. Delta 0 reads it.
type Change struct {
	Client     string
	Key        string // which number: "wallet/<user>", "stock/<sku>"
	Delta      int64
	Call, Back time.Time
	Outcome    Outcome
	Value      *int64 // what the answer said the number is afterwards; nil if it did not say
}

// Outcome of a Change as its caller knows it.
type Outcome int

// Refused means that the number was too small; Uncertain that no answer came.
const (
	Done Outcome = iota
	Refused
	Uncertain
)

// Linearizable judges whether the changes can have happened one after the other, each at some moment between its call
// and its answer. It returns nil when they can, and nothing when within was not enough to tell.
func Linearizable(changes []Change, opening map[string]int64, within time.Duration) []Violation {
	byKey := map[string][]Change{}
	for _, c := range changes {
		byKey[c.Key] = append(byKey[c.Key], c)
	}
	var found []Violation
	for key, own := range byKey {
		if porcupine.CheckOperationsTimeout(model(opening[key]), operations(own), within) == porcupine.Illegal {
			found = append(found, Violation{
				"reads and changes of " + key + " happened in one order",
				"an order of the operations, each within its time, that explains every answer", "there is none:\n" + tell(own),
				"An update was lost, or a read showed a number that never was.",
			})
		}
	}
	slices.SortFunc(found, func(a, b Violation) int { return strings.Compare(a.Invariant, b.Invariant) })
	return found
}

func model(opening int64) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return opening },
		Step: func(state, input, output any) (bool, any) {
			now, c := state.(int64), input.(Change)
			next := now + c.Delta
			switch output.(Outcome) {
			case Refused:
				return next < 0, now
			case Uncertain:
				if next < 0 {
					return true, now // it would have been refused
				}
				return true, next
			default:
				return next >= 0 && (c.Value == nil || *c.Value == next), next
			}
		},
	}
}

// operations gives an uncertain change until the end of time: one that never happened is then the last, where nobody sees it.
func operations(changes []Change) []porcupine.Operation {
	ops := make([]porcupine.Operation, 0, len(changes))
	for i, c := range changes {
		if c.Outcome == Uncertain && c.Delta == 0 {
			continue // a read without an answer says nothing
		}
		back := c.Back.UnixNano()
		if c.Outcome == Uncertain {
			back = math.MaxInt64
		}
		ops = append(ops, porcupine.Operation{ClientId: i, Input: c, Output: c.Outcome, Call: c.Call.UnixNano(), Return: back})
	}
	return ops
}

// WalletChanges are the changes and reads of wallets among the operations. An order that was answered otherwise than
// with success or a refusal may have been charged and paid back at any time.
func WalletChanges(ops []stack.Op) []Change {
	var changes []Change
	for _, op := range once(ops) {
		c := Change{Client: op.User, Key: "wallet/" + op.User, Call: op.Begin, Back: op.End, Outcome: answer(op)}
		switch op.Kind {
		case "wallet", "top_up":
			if money, ok := op.Input.(stack.Money); ok {
				c.Delta = money.MinorUnits
			}
			if wallet, ok := op.Output.(stack.Wallet); ok {
				c.Value = &wallet.Balance.MinorUnits
			}
			if c.Outcome != Refused {
				changes = append(changes, c)
			}
		case "create_order":
			order, ok := op.Input.(stack.NewOrder)
			if !ok || c.Outcome == Refused {
				continue // refused for want of stock, or of money: nothing was charged
			}
			for _, item := range order.Items {
				c.Delta -= int64(item.Quantity) * item.UnitPrice
			}
			changes = append(changes, c)
			if c.Outcome == Uncertain {
				c.Delta = -c.Delta
				changes = append(changes, c)
			}
		}
	}
	return changes
}

// StockChanges are the changes and reads of stocks by hand; orders are left out because a saga shows its steps in between.
func StockChanges(ops []stack.Op) []Change {
	var changes []Change
	for _, op := range once(ops) {
		c := Change{Client: op.User, Call: op.Begin, Back: op.End, Outcome: answer(op)}
		stock, known := op.Output.(stack.Stock)
		if known {
			c.Key, c.Value = "stock/"+stock.SKU, &stock.Available
		}
		if a, ok := op.Input.(stack.Adjustment); ok {
			c.Key, c.Delta = "stock/"+a.SKU, a.Delta
		}
		if c.Key != "" && (op.Kind == "stock" || op.Kind == "adjust_stock") {
			changes = append(changes, c)
		}
	}
	return changes
}

func answer(op stack.Op) Outcome {
	switch outcome(op) {
	case yes:
		return Done
	case no:
		return Refused
	default:
		return Uncertain
	}
}

// tell lists the operations for a reader, at most twelve.
func tell(changes []Change) string {
	slices.SortStableFunc(changes, func(a, b Change) int { return a.Call.Compare(b.Call) })
	var b strings.Builder
	for i, c := range changes {
		if i == 12 {
			fmt.Fprintf(&b, "… and %d more", len(changes)-i)
			break
		}
		what, says := "read", "?"
		if c.Delta != 0 {
			what = fmt.Sprintf("%+d", c.Delta)
		}
		switch {
		case c.Outcome == Refused:
			says = "refused"
		case c.Outcome == Done && c.Value == nil:
			says = "done"
		case c.Value != nil:
			says = fmt.Sprint(*c.Value)
		}
		start := changes[0].Call
		fmt.Fprintf(&b, "%6d–%6d ms  %s → %s\n", c.Call.Sub(start).Milliseconds(), c.Back.Sub(start).Milliseconds(), what, says)
	}
	return strings.TrimRight(b.String(), "\n")
}
