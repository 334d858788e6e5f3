package saga

import (
	"context"

	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
)

// overtakenBetweenSteps takes sagas over in the moment between two steps: what the first came to is stored, and the intent of the second
// is not. The database lets those who wait for a row have it one after the other, so the checker queues up behind the driver. It may lose
// its place to a driver that is back at once; then another purchase is tried.
func (s *shop) overtakenBetweenSteps() {
	s.t.Step("a saga is taken over between two steps")
	for try := 1; try <= 6; try++ {
		if s.overtakeBetweenSteps() {
			return
		}
	}
	s.t.Log("no saga could be taken over between two steps")
}

func (s *shop) overtakeBetweenSteps() (between bool) {
	t := s.t
	p := s.customer("the saga was taken over between two steps", rich)
	reserved := s.Call("order", "inventory").HoldAnswer("Reserve", 1)
	p.mustStrikeAt(reserved)
	order := p.id()
	letGo := s.holdSagas(order)
	reserved.Release()
	if !s.within(patience, func() bool { return s.waiting("") == 1 || p.answered() }) || p.answered() {
		letGo()
		p.mustEnd()
		t.Fail(check.Failure{
			Sentence: "a step's end is not stored", Expected: "an UPDATE of the saga when inventory has reserved", Seen: p.heard(),
			Why: "what is not stored will be done again, or never undone",
		})
	}
	taken := make(chan bool, 1)
	t.Go(func() { taken <- s.takeOver(order) })
	s.await("the checker stands in line behind order", func() bool { return s.waiting("") == 2 })
	letGo()
	between = <-taken
	p.mustEnd()
	p.ends()
	p.balance()
	return between
}

// takeOver raises the version of a running saga, as a scanner does that claims it, and leaves it stale, so that another finds it at once. It
// reports whether the second step was not begun then.
func (s *shop) takeOver(order string) (between bool) {
	conn := s.connect()
	defer conn.Close(context.WithoutCancel(s.t.Context()))
	err := pgx.BeginFunc(s.t.Context(), conn, func(tx pgx.Tx) error {
		taken, err := tx.Exec(s.t.Context(), `UPDATE saga_executions
			SET version = version + 1, updated_at = clock_timestamp() - interval '1 hour'
			WHERE aggregate_id::text = $1 AND status = 'RUNNING'`, order)
		if err != nil || taken.RowsAffected() == 0 { // order may have finished it meanwhile
			return err
		}
		return tx.QueryRow(s.t.Context(), `SELECT NOT EXISTS (SELECT 1 FROM saga_steps JOIN saga_executions e ON e.id = saga_id
			WHERE e.aggregate_id::text = $1 AND step_name = 'DEDUCT_BALANCE')`, order).Scan(&between)
	})
	s.t.Ours("take the saga over", err)
	return between
}
