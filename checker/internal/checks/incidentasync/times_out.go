package incidentasync

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/fault"
)

// timesOut lets commands be lost, makes some of the sagas unreadable for this version, and looks what the monitor does with the others.
func timesOut(t *check.T) {
	s := openShop(t, map[string]string{"SAGA_SCAN_INTERVAL": "200ms", "SAGA_STALE_AFTER": "10m"}, "lamp")
	t.Step("six purchases whose commands do not arrive at wallet")
	var holds []*fault.MessageHold
	var orders []purchase
	for range 6 {
		hold := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
		orders = append(orders, s.order("lamp"))
		s.arrives("order sends "+deduct, hold)
		holds = append(holds, hold)
	}
	t.Step("three sagas are at a step of a newer version, the steps of a fourth are unreadable; an hour passes")
	conn := s.Connect("order_db")
	unmovable := []purchase{orders[0], orders[2], orders[3], orders[4]}
	before := make([]string, len(unmovable))
	for i, p := range unmovable {
		change := `UPDATE saga_executions SET current_step = 'GIVE_POINTS' WHERE aggregate_id = $1::uuid`
		if i == 3 {
			change = `UPDATE saga_executions SET steps = '{}' WHERE aggregate_id = $1::uuid`
		}
		_, err := conn.Exec(t.Context(), change, p.id)
		t.Ours("change a saga", err)
		before[i], _ = s.row(conn, p)
	}
	s.AgeSagas()
	for _, hold := range holds {
		hold.Drop()
	}
	const why = "The monitor is the last that can end a purchase whose message is lost. One saga that it cannot move says nothing about the next."
	for _, p := range []purchase{orders[1], orders[5]} {
		s.ends(p, "not-moved", "a purchase whose command is lost, beside some that cannot be moved", "CANCELLED", why, 2*incident.Patience)
	}
	for i, p := range unmovable {
		after, old := s.row(conn, p)
		t.True(after == before[i] && old, check.Failure{
			ID: "touched", Sentence: "a saga that this version cannot move was changed", Expected: before[i] + ", updated_at an hour ago",
			Seen: fmt.Sprintf("%s, updated_at an hour ago: %v", after, old),
			Why:  "What cannot be understood is left as it is: the version that wrote it may still run beside this one.",
		})
	}
	t.Step("a new purchase beside them is paid, and the next one that is stale is undone")
	s.ends(s.order("lamp"), "not-moved", "a new purchase", "PAID", why, incident.Patience)
	hold := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
	p := s.order("lamp")
	s.arrives("order sends "+deduct, hold)
	s.AgeSagas()
	hold.Drop()
	s.ends(p, "not-moved", "a purchase whose command is lost later", "CANCELLED", why, 2*incident.Patience)
	t.Step("the first saga is at a step that this version knows again")
	_, err := conn.Exec(t.Context(), `UPDATE saga_executions SET current_step = 'DEDUCT_BALANCE' WHERE aggregate_id = $1::uuid`, orders[0].id)
	t.Ours("change the step of a saga", err)
	s.ends(orders[0], "not-moved", "a purchase whose saga can be moved now", "CANCELLED", why, 2*incident.Patience)
}

// row returns the saga of a purchase, and whether it is as old as AgeSagas makes it.
func (s *shop) row(conn *pgx.Conn, p purchase) (row string, old bool) {
	err := conn.QueryRow(s.T.Context(), `SELECT (to_jsonb(s) - 'updated_at' - 'created_at')::text, updated_at < clock_timestamp() - interval '30 minutes'
		FROM saga_executions s WHERE aggregate_id = $1::uuid`, p.id).Scan(&row, &old)
	s.T.Ours("read a saga", err)
	return row, old
}
