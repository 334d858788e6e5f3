package idempotency

import (
	"fmt"
	"sync"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

const together = 8

func concurrent(t *check.T) {
	s := open(t)
	s.fund(10_000)

	want := effects{Balance: 10_000}
	for range 3 {
		t.Step("send the same top-up %d times at the same moment", together)
		k := key("top-up")
		won := race(t, func() (stack.Answer[stack.Wallet], error) {
			return s.Shop.TopUp(t.Context(), s.buyer, k, 100)
		})
		want.Balance += 100
		for _, a := range won {
			t.True(a.Data.Balance.MinorUnits == want.Balance, moreThanOnce(wallet(want.Balance), wallet(a.Data.Balance.MinorUnits)))
		}
		s.settles(want, "one top-up, although it came eight times together")

		t.Step("and the same at the cash desk")
		k = key("cash")
		want.Balance += 100
		s.raceAtTheDesk(k, want.Balance)
		s.settles(want, "one top-up, although it came eight times together")

		t.Step("send the same order %d times at the same moment", together)
		k = key("order")
		orders := race(t, func() (stack.Answer[stack.Order], error) { return s.buy(t.Context(), k) })
		for _, a := range orders[1:] {
			t.True(a.Data.ID == orders[0].Data.ID, moreThanOnce(describe(orders[0]), describe(a)))
		}
		want = effects{Orders: want.Orders + 1, Balance: want.Balance - price, Sold: want.Sold + 1}
		s.settles(want, "one order, although it came eight times together")
	}
}

// raceAtTheDesk is race for the cash desk.
func (s *shop) raceAtTheDesk(key string, balance int64) {
	s.t.Together(together, func(int) {
		a := s.cash(s.buyer, key, 100, "EUR")
		s.t.True(a.code == 0 || a.code == codeAborted, noAnswerForADuplicate("a balance, or the code 1009 while the first is at work", a))
		s.t.True(a.code != 0 || a.balance == balance, moreThanOnce(wallet(balance), wallet(a.balance)))
	})
}

func wallet(balance int64) string { return fmt.Sprintf("a balance of %d", balance) }

func moreThanOnce(expected, seen string) check.Failure {
	return check.Failure{
		Sentence: "requests that arrived together with one key had more than one effect", Expected: expected, Seen: seen,
		Why: "to look first and write afterwards leaves a gap, and the second request is in it",
	}
}

func noAnswerForADuplicate(expected string, seen fmt.Stringer) check.Failure {
	return check.Failure{
		Sentence: "a duplicate that came at the same moment was answered with an error", Expected: expected, Seen: seen.String(),
		Why: "the client did nothing wrong; an error makes it believe that nothing was bought",
	}
}

// race sends a request many times together and returns the successful answers, of which there must be one. A duplicate may also be told
// that the first is still at work, and nothing else.
func race[D any](t *check.T, send func() (stack.Answer[D], error)) (won []stack.Answer[D]) {
	var mu sync.Mutex
	t.Together(together, func(int) {
		answer, err := send()
		t.NoError("send the request", err)
		if !answer.OK() && !inProgress(answer) {
			t.Fail(noAnswerForADuplicate("the answer of the first, or 409 with code 1009 while it is at work", answer))
		}
		if answer.OK() {
			mu.Lock()
			defer mu.Unlock()
			won = append(won, answer)
		}
	})
	t.True(len(won) > 0, check.Failure{
		Sentence: "of the requests that came together not one succeeded", Expected: "at least one 2xx", Seen: "409 for all of them",
	})
	return won
}
