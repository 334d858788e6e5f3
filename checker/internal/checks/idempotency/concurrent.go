package idempotency

import (
	"fmt"
	"reflect"
	"sync"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

const together = 8

func concurrent(t *check.T) {
	s := open(t)
	s.fund(10_000)

	t.Step("repeat a top-up and an order one after the other, before any race")
	want := effects{Orders: 1, Balance: 10_100 - price, Sold: 1}
	k := key("top-up")
	s.desk().mustRepeat(s.desk().mustTopUp("top up", s.buyer, k, 100, 10_100), s.buyer, k, 100)
	k = key("order")
	order := s.mustBuy("order a lamp", k)
	again, err := s.buy(t.Context(), k)
	s.same(order, again, err)

	for range 3 {
		t.Step("send the same top-up %d times at the same moment", together)
		want.Balance += 100
		s.raceAtTheDesk(key("top-up"), want.Balance)
		s.settles(want, "one top-up, although it arrived eight times at once")

		t.Step("send the same order %d times at the same moment", together)
		k := key("order")
		orders := race(t, func() (stack.Answer[stack.Order], error) { return s.buy(t.Context(), k) })
		for _, a := range orders[1:] {
			t.True(a.Data.ID == orders[0].Data.ID, moreThanOnce(describe(orders[0]), describe(a)))
			t.True(reflect.DeepEqual(a.Data, orders[0].Data), otherAnswer(whole(orders[0]), whole(a)))
		}
		oneIsFirst(t, "order", orders, func(a stack.Answer[stack.Order]) bool { return a.Replayed })
		s.ends(orders[0], "PAID")
		want = effects{Orders: want.Orders + 1, Balance: want.Balance - price, Sold: want.Sold + 1}
		s.settles(want, "one order, although it arrived eight times at once")
	}
}

// raceAtTheDesk is race for the cash desk.
func (s *shop) raceAtTheDesk(key string, balance int64) {
	var mu sync.Mutex
	var won []cashAnswer
	s.t.Together(together, func(int) {
		a := s.desk().topUp(s.buyer, key, 100, "EUR")
		s.t.True(a.code == 0 || a.code == codeAborted, noAnswerForADuplicate("a balance, or the code 1009 while the first is in progress", a))
		if a.code != 0 {
			return
		}
		s.t.True(a.wallet.GetBalance().GetMinorUnits() == balance, moreThanOnce(wallet(balance), a.String()))
		mu.Lock()
		defer mu.Unlock()
		won = append(won, a)
	})
	s.t.True(len(won) > 0, noneSucceeded)
	for _, a := range won[1:] {
		s.t.True(a.is(won[0]), otherAnswer(won[0].String(), a.String()))
	}
	oneIsFirst(s.t, "top-up", won, func(a cashAnswer) bool { return a.replayed })
}

var noneSucceeded = check.Failure{
	Sentence: "of the requests that arrived together not one succeeded", Expected: "at least one success", Seen: "1009 for all of them",
}

// oneIsFirst fails if more than one of the successful answers is not marked as a repetition. None may be unmarked when the first request was
// answered with 1009.
func oneIsFirst[A any](t *check.T, what string, won []A, replayed func(A) bool) {
	first := 0
	for _, a := range won {
		if !replayed(a) {
			first++
		}
	}
	t.True(first == 1 || (first == 0 && len(won) < together), check.Failure{
		Sentence: "of the answers to the same " + what + " not exactly one is the first",
		Expected: "one answer that is not marked as a repetition", Seen: fmt.Sprintf("%d of %d", first, len(won)),
		Why: "a duplicate that waited for the first request is a repetition, too",
	})
}

func otherAnswer(expected, seen string) check.Failure {
	return check.Failure{
		Sentence: "requests that arrived together with one key got different answers", Expected: expected, Seen: seen,
		Why: "each of them is the same request, so each gets the same answer with all its fields",
	}
}

func wallet(balance int64) string { return fmt.Sprintf("a balance of %d", balance) }

func moreThanOnce(expected, seen string) check.Failure {
	return check.Failure{
		Sentence: "requests that arrived together with one key had more than one effect", Expected: expected, Seen: seen,
		Why: "the second request looked before the first had committed; only one of two inserts of the same key can win",
	}
}

func noAnswerForADuplicate(expected string, seen fmt.Stringer) check.Failure {
	return check.Failure{
		Sentence: "a duplicate that arrived at the same moment was answered with an error", Expected: expected, Seen: seen.String(),
		Why: "the client did nothing wrong; after an error it must assume that nothing was booked",
	}
}

// race sends a request many times together and returns the successful answers, of which there must be one. The only other answer that a
// duplicate may get is that the first is in progress.
func race[D any](t *check.T, send func() (stack.Answer[D], error)) (won []stack.Answer[D]) {
	var mu sync.Mutex
	t.Together(together, func(int) {
		answer, err := send()
		t.NoError("send the request", err)
		if !answer.OK() && !inProgress(answer) {
			t.Fail(noAnswerForADuplicate("the answer of the first, or 409 with code 1009 while it is in progress", answer))
		}
		if answer.OK() {
			mu.Lock()
			defer mu.Unlock()
			won = append(won, answer)
		}
	})
	t.True(len(won) > 0, noneSucceeded)
	return won
}
