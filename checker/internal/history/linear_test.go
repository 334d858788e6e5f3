package history

import (
	"testing"
	"time"

	"stagecraft/checker/internal/stack"
)

// answers builds a history of one order in which each answer follows the one before it.
func answers(ops ...stack.Op) Books {
	at := time.Unix(1, 0)
	for i := range ops {
		ops[i].Begin, ops[i].End = at, at.Add(time.Millisecond)
		at = at.Add(2 * time.Millisecond)
	}
	return Books{Ops: ops}
}

func got(status string) stack.Op {
	return stack.Op{Kind: "get_order", Path: "/v1/orders/o1", Status: 200, Output: stack.Order{ID: "o1", Status: status}}
}

var (
	created   = stack.Op{Kind: "create_order", Path: "/v1/orders", Status: 202, Output: stack.Order{ID: "o1", Status: "PENDING"}}
	missing   = stack.Op{Kind: "get_order", Path: "/v1/orders/o1", Status: 404, Code: 1001}
	cancelled = stack.Op{Kind: "cancel_order", Path: "/v1/orders/o1", Status: 204}
)

func TestOrdersLinear_StateGoesBack_IsReported(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		books Books
		want  int
	}{
		"forward":               {answers(created, got("PENDING"), got("PAID"), created, cancelled, got("CANCELLED")), 0},
		"back from paid":        {answers(created, got("PAID"), got("CONFIRMED")), 1},
		"paid after cancelled":  {answers(created, got("PENDING"), cancelled, got("PAID")), 1},
		"gone after its answer": {answers(created, missing), 1},
		"missing before":        {answers(missing, created, got("PENDING")), 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := OrdersLinear(c.books)
			if err != nil || len(found) != c.want {
				t.Errorf("want %d violations, found %+v, %v", c.want, found, err)
			}
		})
	}
}

func TestOrdersLinear_AnswersOverlap_EitherOrderIsRight(t *testing.T) {
	t.Parallel()
	b := answers(created, got("PAID"), got("PENDING"))
	b.Ops[2].Begin = b.Ops[1].Begin
	if found, err := OrdersLinear(b); err != nil || len(found) != 0 {
		t.Errorf("blamed for nothing: %+v, %v", found, err)
	}
}

func TestAcceptedExist_AcceptedOrderIsGone_IsReported(t *testing.T) {
	t.Parallel()
	accepted := stack.Op{Kind: "cancel_order", Path: "/v1/orders/o1", Status: 202}
	b := answers(created, accepted)
	if found := AcceptedExist(b); len(found) != 1 {
		t.Errorf("want the lost order, found %+v", found)
	}
	b.Orders = map[string][]stack.Order{ann: {{ID: "o1", Status: "PAID"}}}
	if found := AcceptedExist(b); len(found) != 1 {
		t.Errorf("want the cancellation that did not hold, found %+v", found)
	}
	b.Orders[ann][0].Status = "CANCELLED"
	if found := AcceptedExist(b); len(found) != 0 {
		t.Errorf("blamed for nothing: %+v", found)
	}
}
