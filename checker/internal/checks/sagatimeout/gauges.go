package sagatimeout

import (
	"fmt"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/telemetry"
)

// open counts of one type of saga.
type counts struct{ unsettled, failed float64 }

type openSagas map[string]counts

func (o openSagas) String() string {
	var text []string
	for _, sagaType := range []string{createOrder, cancelOrder, shipOrder} {
		text = append(text, fmt.Sprintf("%s: %v in progress, %v failed", sagaType, o[sagaType].unsettled, o[sagaType].failed))
	}
	return strings.Join(text, "; ")
}

// gauges brings sagas of each type into each status, and reads sagas_unsettled and sagas_failed.
func gauges(t *check.T) {
	s, _ := open(t)
	wallet := s.Broker("wallet")
	t.Step("a purchase that runs, one that is being undone, one that has failed; a shipment that runs, a cancellation that has failed")
	running := s.deducting("it runs")
	givenUp, refunding := s.undoing("it is being undone")
	failing, _ := s.undoing("it has failed")
	s.reply(failing.id, undone(deductStep).refused("PRECONDITION_FAILED"))
	shipping, cancelled := s.customer("its shipment runs"), s.customer("its cancellation has failed")
	for _, p := range []*purchase{shipping, cancelled} {
		p.buy()
		p.ends("PAID")
	}
	ships := s.Broker("inventory").HoldDelivery(fault.Key(ship), 1)
	shipping.ship()
	s.arrives("order sends inventory.stock.ship", ships)
	refunds := wallet.HoldDelivery(command(refund, cancelled), 1)
	cancelled.cancel()
	s.arrives("order sends wallet.balance.refund", refunds)
	s.reply(cancelled.id, undone(deductStep).refused("PRECONDITION_FAILED"))
	want := openSagas{createOrder: {2, 1}, shipOrder: {1, 0}, cancelOrder: {0, 1}}
	s.show("wrong", "nothing is stale", want)

	t.Step("sagas cannot be counted, and then cannot even be listed")
	s.scanFails("sagas cannot be counted", `ALTER TABLE saga_executions RENAME COLUMN saga_type TO hidden`,
		`ALTER TABLE saga_executions RENAME COLUMN hidden TO saga_type`, want)
	s.scanFails("sagas cannot be listed", `ALTER TABLE saga_executions RENAME TO hidden`, `ALTER TABLE hidden RENAME TO saga_executions`, want)

	t.Step("the shipment ends; a saga is stale and cannot be moved")
	s.exec("set a step", `UPDATE saga_executions SET current_step = 'WRAP_GIFT' WHERE aggregate_id = $1`, running.id)
	s.stale(running.purchase)
	ships.Release()
	shipping.ends("SHIPPED")
	want[shipOrder] = counts{}
	s.show("unmoved", "a saga cannot be moved", want)

	t.Step("all of them end; an operator has ended those that had failed")
	s.exec("set a step", `UPDATE saga_executions SET current_step = $2, updated_at = clock_timestamp() WHERE aggregate_id = $1`, running.id, deductStep)
	running.hold.Release()
	refunding.Release()
	givenUp.hold.Release()
	s.exec("end sagas", `UPDATE saga_executions SET status = 'COMPENSATED' WHERE status = 'FAILED'`)
	running.ends("PAID")
	givenUp.ends("CANCELLED")
	s.show("left", "no saga is open", openSagas{})
}

// scanFails lets scans fail, and looks whether they say so and leave the gauges alone.
func (s *shop) scanFails(how, change, undo string, want openSagas) {
	before := len(s.Service("order").Logs().Events(scanFailed))
	s.exec("change order_db", change)
	said := s.t.Within(patience/2, func() bool { return len(s.Service("order").Logs().Events(scanFailed)) > before+1 })
	seen := s.read()
	s.exec("change order_db back", undo)
	s.t.True(said, check.Failure{
		ID: "unsaid", Sentence: "a scan that failed is not reported: " + how, Expected: "the error that Execute returns, in a line " + scanFailed,
		Seen: "no such line", Why: "a monitor that cannot look is as good as none, and no one would know",
	})
	s.t.True(seen == want.String(), check.Failure{
		ID: "not-counted", Sentence: "a scan that failed has changed the gauges: " + how, Expected: want.String(), Seen: seen,
		Why: "what was not counted is not zero",
	})
}

// deducting is a purchase whose second command wallet has not seen.
func (s *shop) deducting(at string) struck {
	return s.strike(at, "order sends wallet.balance.deduct", s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1))
}

// undoing is a purchase that its buyer has cancelled, and whose refund wallet has not seen.
func (s *shop) undoing(at string) (struck, *fault.MessageHold) {
	p := s.deducting(at)
	refunding := s.Broker("wallet").HoldDelivery(command(refund, p.purchase), 1)
	p.cancel()
	s.arrives("order sends wallet.balance.refund", refunding)
	return p, refunding
}

// show waits until the gauges of order show these sagas.
func (s *shop) show(id, moment string, want openSagas) {
	var seen string
	s.t.True(s.t.Within(patience/2, func() bool { seen = s.read(); return seen == want.String() }), check.Failure{
		ID: id, Sentence: "sagas_unsettled and sagas_failed are not what the table says: " + moment, Expected: want.String(), Seen: seen,
		Why: "the alert SagaStuck looks at them: RUNNING and COMPENSATING are in progress, a type that has none is 0, and each scan counts, " +
			"whatever it has moved",
	})
}

// read returns what the gauges of order show.
func (s *shop) read() string {
	metrics, err := telemetry.Scrape(s.t.Context(), s.Service("order").MetricsAddr)
	if err != nil {
		return err.Error()
	}
	got := openSagas{}
	for _, sagaType := range []string{createOrder, cancelOrder, shipOrder} {
		labels := map[string]string{"type": sagaType}
		unsettled, _ := metrics.Sum("sagas_unsettled", labels)
		failed, _ := metrics.Sum("sagas_failed", labels)
		got[sagaType] = counts{unsettled, failed}
	}
	return got.String()
}
