package history

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"stagecraft/checker/internal/stack"
)

// ErrNotJudged says that the search for a linearization took too long: nothing is known.
var ErrNotJudged = errors.New("linearizability could not be decided in time")

// after lists the states that an order can be seen in once it was seen in another.
var after = map[string][]string{
	"":          {"PENDING", "CONFIRMED", "PAID", "SHIPPED", "CANCELLED"},
	"PENDING":   {"PENDING", "CONFIRMED", "PAID", "SHIPPED", "CANCELLED"},
	"CONFIRMED": {"CONFIRMED", "PAID", "SHIPPED", "CANCELLED"},
	"PAID":      {"PAID", "SHIPPED", "CANCELLED"},
	"SHIPPED":   {"SHIPPED"},
	"CANCELLED": {"CANCELLED"},
}

// orderOp is an operation on one order; seen is the state that its answer shows, "" for "there is no such order".
type orderOp struct {
	kind, id, seen string
}

// orderModel is one order: it appears once, and its state only goes forward, also between two answers.
var orderModel = porcupine.Model{
	Partition: func(ops []porcupine.Operation) [][]porcupine.Operation {
		byID := map[string][]porcupine.Operation{}
		for _, op := range ops {
			id := op.Input.(orderOp).id
			byID[id] = append(byID[id], op)
		}
		var parts [][]porcupine.Operation
		for _, part := range byID {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() any { return "" },
	Step: func(state, input, _ any) (bool, any) {
		now, op := state.(string), input.(orderOp)
		switch {
		case op.kind == "create_order" && now == "":
			return true, "PENDING"
		case op.kind == "create_order": // a repeated request
			return true, now
		case op.seen == "":
			return now == "", now
		}
		return slices.Contains(after[now], op.seen), op.seen
	},
	DescribeOperation: func(input, _ any) string {
		op := input.(orderOp)
		return op.kind + " → " + op.seen
	},
}

// OrdersLinear judges that the answers about each order are those of one order that only goes forward (linearizability per id), and that the
// end of the books agrees. The error is ErrNotJudged.
func OrdersLinear(b Books) ([]Violation, error) {
	var all []porcupine.Operation
	add := func(op orderOp, begin, end time.Time) {
		all = append(all, porcupine.Operation{Input: op, Call: begin.UnixNano(), Return: end.UnixNano()})
	}
	last := time.Time{}
	for _, op := range b.Ops {
		if op.End.After(last) {
			last = op.End
		}
		if seen, ok := orderOpOf(op); ok {
			add(seen, op.Begin, op.End)
		}
	}
	for _, orders := range b.Orders {
		for _, o := range orders {
			add(orderOp{"final state", o.ID, o.Status}, last.Add(1), last.Add(2))
		}
	}
	var found []Violation
	for _, part := range orderModel.Partition(all) {
		switch porcupine.CheckOperationsTimeout(orderModel, part, 10*time.Second) {
		case porcupine.Illegal:
			found = append(found, Violation{
				"the answers about an order are those of one order that only goes forward",
				"PENDING → CONFIRMED → PAID, or CANCELLED from any of them, and nothing after CANCELLED",
				story(part), "A client that saw an order paid must not see it pending or gone a moment later.",
			})
		case porcupine.Unknown:
			return found, ErrNotJudged
		}
	}
	slices.SortFunc(found, func(a, b Violation) int { return strings.Compare(a.Seen, b.Seen) })
	return found, nil
}

// orderOpOf returns what an answer says about an order; false when it says nothing certain.
func orderOpOf(op stack.Op) (orderOp, bool) {
	if outcome(op) == perhaps {
		return orderOp{}, false
	}
	id := strings.TrimPrefix(op.Path, "/v1/orders/")
	order, known := op.Output.(stack.Order)
	switch {
	case op.Kind == "create_order" && outcome(op) == yes && known:
		return orderOp{op.Kind, order.ID, order.Status}, true
	case op.Kind == "get_order" && outcome(op) == yes && known:
		return orderOp{op.Kind, order.ID, order.Status}, true
	case op.Kind == "get_order" && op.Status == http.StatusNotFound:
		return orderOp{kind: op.Kind, id: id}, true
	case op.Kind == "cancel_order" && op.Status == http.StatusNoContent:
		return orderOp{op.Kind, id, "CANCELLED"}, true
	}
	return orderOp{}, false
}

// story is what the answers said, in the order in which they came, without repetitions.
func story(ops []porcupine.Operation) string {
	slices.SortFunc(ops, func(a, b porcupine.Operation) int { return int(a.Return - b.Return) })
	var said []string
	for _, o := range ops {
		op := o.Input.(orderOp)
		seen := op.seen
		if seen == "" {
			seen = "404"
		}
		if text := op.kind + " " + seen; len(said) == 0 || said[len(said)-1] != text {
			said = append(said, text)
		}
	}
	return fmt.Sprintf("order %s: %s", ops[0].Input.(orderOp).id, strings.Join(said, ", "))
}

// AcceptedExist: an order whose creation was answered exists, and one whose cancellation was accepted is cancelled.
func AcceptedExist(b Books) []Violation {
	final := map[string]string{}
	for _, orders := range b.Orders {
		for _, o := range orders {
			final[o.ID] = o.Status
		}
	}
	var found []Violation
	reported := map[string]bool{}
	report := func(id string, v Violation) {
		if !reported[id] {
			reported[id] = true
			found = append(found, v)
		}
	}
	for _, op := range b.Ops {
		if outcome(op) != yes {
			continue
		}
		order, created := op.Output.(stack.Order)
		if op.Kind == "create_order" && created && final[order.ID] == "" {
			report(order.ID, Violation{"an order that was accepted exists", "order " + order.ID + " in the buyer's list", "it is not there",
				"The buyer has the answer, and nothing else to find the order by."})
		}
		id := strings.TrimPrefix(op.Path, "/v1/orders/")
		if status := final[id]; op.Kind == "cancel_order" && status != "" && status != "CANCELLED" && !open(stack.Order{Status: status}) {
			report(id, Violation{"a cancellation that was accepted ends in CANCELLED", "order " + id + " is CANCELLED", "it is " + status,
				fmt.Sprintf("The answer to DELETE was %d.", op.Status)})
		}
	}
	return found
}
