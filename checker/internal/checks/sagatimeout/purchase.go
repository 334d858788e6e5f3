package sagatimeout

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/history"
	"stagecraft/checker/internal/stack"
)

// purchase is one order of one lamp.
type purchase struct {
	s               *shop
	at              string // where it is struck
	buyer, sku, key string
	id              string // of the order; empty until it is accepted
	stuck           bool   // its saga has failed on purpose
}

// buy orders, and returns when the order is accepted.
func (p *purchase) buy() {
	answer, err := p.s.Shop.CreateOrder(p.s.t.Context(), p.buyer, p.key, stack.Item{SKU: p.sku, Quantity: 1, UnitPrice: price})
	p.s.ok("order a lamp", answer.OK(), answer, err)
	p.id = answer.Data.ID
}

// ship sends the order.
func (p *purchase) ship() {
	p.do(stack.Ask{Kind: "ship_order", Method: "POST", Path: "/v1/orders/" + p.id + "/ship", User: stack.AdminID, Roles: []string{"admin"}})
}

func (p *purchase) do(ask stack.Ask) {
	var answer stack.Answer[json.RawMessage]
	answer, err := p.s.Shop.Do(p.s.t.Context(), ask)
	p.s.ok(ask.Kind, answer.Status/100 == 2, answer, err)
}

// state is what is stored about the order, its newest saga, and the commands about both.
type state struct {
	order, code string
	sagaID      string
	sagaType    string
	saga, step  string
	version     int64
	steps       string   // "RESERVE_INVENTORY DONE, DEDUCT_BALANCE STARTED"
	problem     string   // the error of the current step
	commands    []string // by their routing keys, in the order of their commits
}

func (st state) String() string {
	return fmt.Sprintf("order %s, %s %s (%s), commands: %s", st.order, st.sagaType, st.saga, st.steps, list(st.commands))
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

var statuses = []string{"", "PENDING", "CONFIRMED", "PAID", "SHIPPED", "CANCELLED"}

func (p *purchase) state() (st state) {
	var status int
	p.s.query("the order and its saga", `SELECT o.status, o.cancel_code, s.id, s.saga_type, s.status, s.current_step, s.version,
			(SELECT coalesce(string_agg(concat(step->>'name', ' ', step->>'status'), ', ' ORDER BY n), '')
			 FROM jsonb_array_elements(s.steps) WITH ORDINALITY AS e(step, n)),
			coalesce((SELECT step->>'error' FROM jsonb_array_elements(s.steps) AS e(step) WHERE step->>'name' = s.current_step), ''),
			ARRAY(SELECT event_type FROM outbox_events WHERE aggregate_type = 'saga' AND aggregate_id = $1::text ORDER BY seq)
		FROM orders o JOIN saga_executions s ON s.aggregate_id = o.id WHERE o.id = $1::uuid
		ORDER BY s.created_at DESC LIMIT 1`, []any{p.id},
		&status, &st.code, &st.sagaID, &st.sagaType, &st.saga, &st.step, &st.version, &st.steps, &st.problem,
		&st.commands)
	if status < len(statuses) {
		st.order = statuses[status]
	}
	return st
}

// reaches waits until the state is as it should be, and returns it.
func (p *purchase) reaches(what string, reached func(state) bool) (st state) {
	p.s.t.Eventually(p.at+": "+what, patience, func(context.Context) (string, bool) {
		st = p.state()
		return st.String(), reached(st)
	})
	return st
}

func settled(saga string) bool { return saga == "COMPLETED" || saga == "COMPENSATED" }

// ends waits until the order has reached its end, which is want if that is not empty, and its saga too.
func (p *purchase) ends(want string) state {
	what := "the order is " + want + " and its saga is settled"
	if want == "" {
		what = "the order is PAID, SHIPPED or CANCELLED and its saga is settled"
	}
	return p.reaches(what, func(st state) bool {
		final := st.order == "PAID" || st.order == "SHIPPED" || st.order == "CANCELLED"
		return settled(st.saga) && (st.order == want || want == "" && final)
	})
}

// sent fails unless these are all commands of the order so far.
func (p *purchase) sent(id, moment, why string, want ...string) {
	got := p.state().commands
	p.s.t.True(slices.Equal(got, want), check.Failure{
		ID: id, Sentence: p.at + ": the commands are not the right ones " + moment,
		Expected: list(want), Seen: list(got), Why: why,
	})
}

// is fails unless a part of the state is as it should be.
func (p *purchase) is(id, what, want, got, why string) {
	if got == "" {
		got = "empty"
	}
	p.s.t.True(want == got, check.Failure{
		ID: id, Sentence: fmt.Sprintf("%s: %s is %s", p.at, what, got), Expected: want, Seen: got + "; " + p.state().String(), Why: why,
	})
}

// balance fails unless the buyer's books balance; the list of orders may be a moment behind.
func (p *purchase) balance() {
	t := p.s.t
	var wrong []history.Violation
	if t.Within(2*time.Second, func() bool {
		books := history.Books{Ops: p.ops()}
		t.NoError("read the books", books.Read(t.Context(), p.s.Shop.Recording(nil), []string{p.buyer}, []string{p.sku}))
		wrong = books.Violations()
		return len(wrong) == 0
	}) {
		return
	}
	t.Log("%s: %d invariants do not hold: %s", p.at, len(wrong), p.state())
	f := wrong[0].Failure()
	f.ID = "books"
	f.Sentence, f.Seen = p.at+": "+f.Sentence, f.Seen+"; "+p.state().String()
	t.Fail(f)
}

// ops are the operations of this buyer and those on their stock.
func (p *purchase) ops() []stack.Op {
	return slices.DeleteFunc(p.s.history.Ops(), func(op stack.Op) bool {
		adjusted, ok := op.Input.(stack.Adjustment)
		return op.User != p.buyer && (!ok || adjusted.SKU != p.sku)
	})
}
