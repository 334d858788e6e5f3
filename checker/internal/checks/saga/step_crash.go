package saga

import "stagecraft/checker/internal/check"

// stepCrash brings purchases to all the points at which order can die, lets them stand there, and kills order once for all of them.
func stepCrash(t *check.T) {
	s := open(t, nil)
	inventory, wallet, gateway := s.Call("order", "inventory"), s.Call("order", "wallet"), s.Call("gateway", "order")

	t.Step("bring purchases to every point between two steps and let them stand there")
	finished := s.customer("order dies when the purchase is finished and its buyer does not know", rich)
	answer := gateway.HoldAnswer("CreateOrder", 1)
	finished.mustStrikeAt(answer)
	beforeReserve := s.customer("order dies before its Reserve reaches inventory", rich)
	lateReserve := inventory.HoldCall("Reserve", 1)
	beforeReserve.mustStrikeAt(lateReserve)
	reserved := s.customer("order dies when inventory has reserved and order does not know", rich)
	reserveAnswer := inventory.HoldAnswer("Reserve", 1)
	reserved.mustStrikeAt(reserveAnswer)
	beforeDeduct := s.customer("order dies before its Deduct reaches wallet", rich)
	lateDeduct := wallet.HoldCall("Deduct", 1)
	beforeDeduct.mustStrikeAt(lateDeduct)
	deducted := s.customer("order dies when wallet has deducted and order does not know", rich)
	deductAnswer := wallet.HoldAnswer("Deduct", 1)
	deducted.mustStrikeAt(deductAnswer)

	s.kill("five purchases are on their way", answer, reserveAnswer, deductAnswer)
	s.restart()
	s.judge()
	s.arriveLate(lateReserve, lateDeduct)
	s.judge()
	s.repeat()
	s.judge()
}

func (p *purchase) answered() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// waiting is how many statements of a replica ("" for all) wait for a lock in order's database.
func (s *shop) waiting(replica string) (statements int) {
	err := s.db.QueryRow(s.t.Context(), `SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock' AND ($1 = '' OR application_name = $1)`, replica).Scan(&statements)
	s.t.Ours("look at waiting statements", err)
	return statements
}
