package chaos

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/paymentsim"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
)

// lostOnTheWay loses a command between order and the broker, with the connection.
func lostOnTheWay(t *check.T) {
	s := open(t)
	t.Step("order sends %s; it is lost on the way, and the connection breaks", deduct)
	hold := s.Broker("order").HoldPublish(fault.Key(deduct), 1)
	id := s.order("second")
	s.arrives("order sends "+deduct, hold)
	hold.Drop()
	s.Broker("order").Reset()
	t.Step("wait for the end of the purchase")
	s.ends("a purchase whose command was lost on its way to the broker", id, "PAID",
		"The broker never confirmed the message, so the outbox still has to have it: an event is sent when its confirm is here.")
	s.holds("doubled", "after the command was sent again", "It may arrive twice, and must be done once.", money-2*price, pieces-2)
}

// killedHandler kills wallet while it handles a command: its transaction waits for a row that the check has locked.
func killedHandler(t *check.T) {
	s := open(t)
	t.Step("lock the buyer's wallet, and order: wallet takes the command and waits")
	unlock := t.LockRows("wallet_db", "SELECT 1 FROM wallets WHERE user_id = $1 FOR UPDATE", s.buyer)
	id := s.order("second")
	s.awaitLock()
	t.Step("kill wallet in the middle of the handler, and start it again")
	t.Ours("kill wallet", s.Service("wallet").Kill())
	unlock()
	t.NoError("the start of wallet", s.Service("wallet").Restart(t.Context(), nil))
	s.ends("a purchase whose command was being handled when wallet was killed", id, "PAID",
		"The broker may forget a message only when its effect is committed: then the next process gets what this one did not finish.")
	s.holds("doubled", "after the message was delivered again", "It is delivered again, and must be done once.", money-2*price, pieces-2)
}

// awaitLock waits until a transaction of wallet waits for a row.
func (s *shop) awaitLock() {
	conn, err := pgx.Connect(s.t.Context(), s.t.Lease().Databases["wallet_db"])
	s.t.Ours("connect to wallet_db", err)
	defer conn.Close(context.WithoutCancel(s.t.Context()))
	s.t.Eventually("wallet handles the command", patience, func(ctx context.Context) (string, bool) {
		var n int
		err := conn.QueryRow(ctx, `SELECT count(*) FROM pg_locks WHERE NOT granted`).Scan(&n)
		return fmt.Sprintf("%d transactions wait (%v)", n, err), err == nil && n > 0
	})
}

// cancelInFlight cancels a purchase when wallet has not seen the command to charge for it, which then arrives.
func cancelInFlight(t *check.T) {
	s := open(t)
	t.Step("keep %s on its way to wallet, and let the buyer cancel", deduct)
	hold := s.Broker("wallet").HoldDelivery(fault.Key(deduct), 1)
	id := s.order("second")
	s.arrives("order sends "+deduct, hold)
	cancelled, err := s.Shop.CancelOrder(t.Context(), s.buyer, id)
	t.NoError("the cancellation", err)
	t.True(cancelled.Status/100 == 2, check.Failure{Sentence: "the cancellation is refused", Expected: "202", Seen: cancelled.String()})
	s.ends("a purchase that was cancelled while its charge was under way", id, "CANCELLED",
		"Everything that may have happened is undone, and then the order is CANCELLED.")
	t.Step("now the command arrives at wallet")
	command := hold.Passage().Message.ID
	hold.Release()
	t.Eventually("wallet answers the late command", patience, func(context.Context) (string, bool) {
		return "no answer to the broker", len(s.Broker("wallet").Passages(fault.Ack, fault.ID(command))) > 0
	})
	s.settled()
	s.holds("charged", "after the cancellation", "The command was under way when the buyer cancelled, and may have happened: it has to be "+
		"undone too. Its compensation may come first; wallet then refuses the command.", money-price, pieces-1)
}

// settled waits until wallet has nothing more to do.
func (s *shop) settled() {
	conn, err := pgx.Connect(s.t.Context(), s.t.Lease().Databases["wallet_db"])
	s.t.Ours("connect to wallet_db", err)
	defer conn.Close(context.WithoutCancel(s.t.Context()))
	s.t.Eventually("wallet has sent all its messages", patience, func(ctx context.Context) (string, bool) {
		var n int
		err := conn.QueryRow(ctx, `SELECT count(*) FROM outbox_events WHERE sent_at IS NULL`).Scan(&n)
		return fmt.Sprintf("%d are left (%v)", n, err), err == nil && n == 0
	})
}

// cardOnce loses the provider's answer to a charge. The customer repeats the request, as the answer asks.
func cardOnce(t *check.T) {
	s := open(t)
	before := s.Provider.Net("EUR")
	t.Step("the provider charges the card and its answer is lost; the customer repeats the request with the same key")
	t.Ours("let the provider lose an answer", s.Provider.SetFaults(t.Seed()|1, paymentsim.Fault{
		Kind: paymentsim.AnswerLost, Operation: paymentsim.OpCharge, Count: 1,
	}))
	const amount = 700
	topUp := func() (string, bool) {
		answer, err := s.Shop.TopUp(t.Context(), s.buyer, "again", amount)
		if err != nil {
			return err.Error(), false
		}
		return answer.String(), answer.OK()
	}
	topUp()
	t.Eventually("the repeated top-up succeeds", patience, func(context.Context) (string, bool) { return topUp() })
	charged := s.Provider.Net("EUR") - before
	t.True(charged == amount, check.Failure{
		ID: "twice", Sentence: "the card was not charged exactly once", Expected: fmt.Sprintf("%d", amount), Seen: fmt.Sprintf("%d", charged),
		Why: "The provider knows a repetition by its key. All attempts for one payment have the same key, and Find and Void ask by it.",
	})
	s.holds("booked", "after the top-up", "What the provider took is in the wallet, once.", money-price+amount, pieces-1)
}
