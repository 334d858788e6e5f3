package circuitbreaker

import (
	"context"
	"fmt"

	"stagecraft/checker/internal/check"
)

// places is PAYMENT_CONCURRENCY.
const places = 3

// frozen lets the payment provider take calls and not answer them.
func frozen(t *check.T) {
	s := open(t, map[string]string{
		"PAYMENT_CONCURRENCY": fmt.Sprint(places), "PAYMENT_RATE": "1000", "PAYMENT_BURST": "1000", "PAYMENT_MAX_WAIT": "200ms",
		"PAYMENT_TIMEOUT":              "3s",
		"PAYMENT_BREAKER_MIN_REQUESTS": "4", "PAYMENT_BREAKER_FAILURE_RATIO": "0.3", "PAYMENT_BREAKER_WINDOW": "10m",
		"PAYMENT_BREAKER_OPEN_FOR": "10m",
	})

	t.Step("freeze the payment provider; ten top-ups at once, of which %d may wait for it", places)
	s.front.hold()
	sent := &topUps{}
	s.send(sent, 10)
	t.Eventually(fmt.Sprintf("all top-ups but %d are refused", places), patience, func(context.Context) (string, bool) {
		_, _, most := s.front.seen()
		t.True(most <= places, check.Failure{
			ID: "too-many", Sentence: "a frozen provider holds up too many top-ups",
			Expected: fmt.Sprintf("at most %d calls at once (PAYMENT_CONCURRENCY)", places),
			Seen:     fmt.Sprint(most),
			Why:      "each of them holds a goroutine, a connection and a client; with enough clients nothing is left for the others",
		})
		return fmt.Sprintf("%d of 10 answered, %d calls at the provider", sent.answered(), most), sent.answered() >= 10-places
	})
	s.mustBeBusy(sent)

	t.Step("release the provider: that the limits refused top-ups says nothing about it")
	s.front.release()
	t.Eventually("all top-ups are answered", patience, func(context.Context) (string, bool) {
		return fmt.Sprintf("%d of 10", sent.answered()), sent.answered() == 10
	})
	answer, err := s.topUp(t.Context())
	t.NoError("top up after the provider was released", err)
	t.True(answer.OK(), refusalsCounted("201", answer.String()))

	t.Step("freeze it again; purchases and reads go on, and its timeouts open the breaker")
	s.front.hold()
	slow := &topUps{}
	s.send(slow, places)
	t.Eventually(fmt.Sprintf("%d top-ups are at the provider", places), patience, func(context.Context) (string, bool) {
		_, held, most := s.front.seen()
		return fmt.Sprint(held), most == places
	})
	s.reads("while the payment provider is frozen")
	s.buys("buy while the payment provider is frozen")
	t.Eventually("the frozen top-ups end", patience, func(context.Context) (string, bool) {
		return fmt.Sprintf("%d of %d", slow.answered(), places), slow.answered() == places
	})
	before, _, _ := s.front.seen()
	answer, err = s.topUp(t.Context())
	t.NoError("top up when the provider was too slow", err)
	after, _, _ := s.front.seen()
	t.True(answer.Reason == circuitOpen && after == before, check.Failure{
		ID: "slow", Sentence: "a provider that is too slow is called on and on",
		Expected: "503 with the reason " + circuitOpen,
		Seen:     answer.String(),
		Why:      "a call that ends with PAYMENT_TIMEOUT is a failure: the next caller would wait as long",
	})
	s.is503("a top-up while the breaker is open", circuitOpen, answer.Status, answer.Header, answer.Reason, answer.String())
	s.awaitState("wallet", "payment", 2, "open")
}

// refusalsCounted is the failure of a breaker that opens although the provider has failed at no call.
func refusalsCounted(expected, seen string) check.Failure {
	return check.Failure{
		ID: "refusals-counted", Sentence: "the breaker opened because the bulkhead refused calls", Expected: expected, Seen: seen,
		Why: "a refusal of your own limits is no failure of the provider: it has failed at none of the calls that it got",
	}
}

// mustBeBusy requires that all answers so far are refusals of the bulkhead.
func (s *shop) mustBeBusy(sent *topUps) {
	_, open, _, _ := sent.count(circuitOpen)
	s.t.True(open == 0, refusalsCounted("503 with the reason "+busy, fmt.Sprintf("%d got 503 with the reason %s", open, circuitOpen)))
	good, _, other, example := sent.count(busy)
	s.t.True(good == 0 && other == 0, check.Failure{
		ID: "answer", Sentence: "a top-up that found no place got the wrong answer", Expected: "503 with the reason " + busy,
		Seen: fmt.Sprintf("%d succeeded, %d got another answer %s", good, other, example),
		Why:  "the call was not made and nothing is uncertain: the client may repeat it later, and must know that",
	})
	sent.mu.Lock()
	answers := sent.answers
	sent.mu.Unlock()
	for _, a := range answers {
		s.is503("a top-up that found no place", busy, a.Status, a.Header, a.Reason, a.String())
	}
}
