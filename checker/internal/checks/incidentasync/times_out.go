package incidentasync

import (
	"context"
	"fmt"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/fault"
)

// timesOut lets commands be lost, makes one of the sagas unreadable for this version, and looks what the monitor does with the others.
func timesOut(t *check.T) {
	s := openShop(t, map[string]string{"SAGA_SCAN_INTERVAL": "200ms", "SAGA_STALE_AFTER": "10m"}, "lamp")
	t.Step("four purchases whose commands do not arrive at wallet")
	var holds []*fault.MessageHold
	var orders []purchase
	for range 4 {
		hold := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
		orders = append(orders, s.order("lamp"))
		s.arrives("order sends "+deduct, hold)
		holds = append(holds, hold)
	}
	t.Step("the saga of the first and of the third are at a step of a newer version; an hour passes")
	conn := s.Connect("order_db")
	for _, p := range []purchase{orders[0], orders[2]} {
		_, err := conn.Exec(t.Context(), `UPDATE saga_executions SET current_step = 'GIVE_POINTS' WHERE aggregate_id = $1::uuid`, p.id)
		t.Ours("change the step of a saga", err)
	}
	s.AgeSagas()
	for _, hold := range holds {
		hold.Drop()
	}
	const why = "The monitor is the last that can end a purchase whose message is lost. One saga that it cannot move says nothing about the next."
	for _, p := range []purchase{orders[1], orders[3]} {
		s.ends(p, "not-moved", "a purchase whose command is lost, beside one that cannot be moved", "CANCELLED", why, 2*incident.Patience)
	}
	for _, p := range []purchase{orders[0], orders[2]} {
		var status string
		t.Ours("read a saga", conn.QueryRow(t.Context(), `SELECT status FROM saga_executions WHERE aggregate_id = $1::uuid`, p.id).Scan(&status))
		t.True(status == "RUNNING", check.Failure{
			ID: "touched", Sentence: "a saga at a step that this version does not know was moved", Expected: "it is RUNNING, for the version that knows the step",
			Seen: "it is " + status, Why: "What cannot be understood is left as it is: the version that wrote it may still run beside this one.",
		})
	}
	t.Step("a new purchase beside both of them is paid, and the next one that is stale is undone")
	s.ends(s.order("lamp"), "not-moved", "a new purchase", "PAID", why, incident.Patience)
	hold := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
	p := s.order("lamp")
	s.arrives("order sends "+deduct, hold)
	s.AgeSagas()
	hold.Drop()
	s.ends(p, "not-moved", "a purchase whose command is lost later", "CANCELLED", why, 2*incident.Patience)
	s.gauge()
}

// gauge fails unless the metric shows what is open, also when something could not be moved.
func (s *shop) gauge() {
	conn := s.Connect("order_db")
	s.T.Eventually("the two sagas that cannot be moved are all that is open", incident.Patience, func(ctx context.Context) (string, bool) {
		var n int
		err := conn.QueryRow(ctx, `SELECT count(*) FROM saga_executions WHERE status IN ('RUNNING', 'COMPENSATING')`).Scan(&n)
		return fmt.Sprintf("%d are open (%v)", n, err), err == nil && n == 2
	})
}
