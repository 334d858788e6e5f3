package circuitbreaker

import (
	"context"
	"fmt"
	"time"

	"shop/paymentsim"

	"stagecraft/checker/internal/check"
)

// probes is PAYMENT_BREAKER_HALF_OPEN_REQUESTS.
const probes = 2

// provider lets the payment provider refuse, fail and come back.
func provider(t *check.T) {
	s := open(t, map[string]string{
		"PAYMENT_BREAKER_MIN_REQUESTS": "4", "PAYMENT_BREAKER_FAILURE_RATIO": "0.5", "PAYMENT_BREAKER_WINDOW": "10m",
		"PAYMENT_BREAKER_OPEN_FOR": openFor.String(), "PAYMENT_BREAKER_HALF_OPEN_REQUESTS": fmt.Sprint(probes), "PAYMENT_TIMEOUT": "30s",
	})

	t.Step("eight cards are declined: the provider works")
	s.faults(paymentsim.Fault{Kind: paymentsim.Decline})
	for range 8 {
		answer, err := s.topUp(t.Context())
		t.NoError("top up with a card that is declined", err)
		t.True(answer.Reason == "PAYMENT_DECLINED", check.Failure{
			ID: "declined", Sentence: "a declined card got the wrong answer", Expected: "409 PAYMENT_DECLINED", Seen: answer.String(),
			Why: "a decline is an answer of a provider that works",
		})
	}
	s.faults()
	answer, err := s.topUp(t.Context())
	s.ok("top up after eight declined cards", answer, err)

	t.Step("the provider answers 500 and 429")
	s.faults(paymentsim.Fault{Kind: paymentsim.FailBefore})
	s.front.overload(true)
	last := s.untilOpen()

	t.Step("while the breaker is open, top-ups are refused at once and the provider is left alone")
	before, _, _ := s.front.seen()
	for range 6 {
		answer, err := s.topUp(t.Context())
		t.NoError("top up while the breaker is open", err)
		s.inTime(last)
		s.is503("a top-up while the breaker is open", circuitOpen, answer.Status, answer.Header, answer.Reason, answer.String())
	}
	after, _, _ := s.front.seen()
	s.inTime(last)
	t.True(after == before, check.Failure{
		ID: "still-called", Sentence: "the provider was called although the breaker was open",
		Expected: "no call",
		Seen:     fmt.Sprintf("%d calls", after-before),
		Why:      "a provider that fails needs the time to recover, and your callers do not have the time to wait",
	})
	s.awaitState("wallet", "payment", 2, "open")
	s.reads("while the payment provider is down")
	s.buys("buy while the payment provider is down")

	t.Step("the provider comes back, slowly: at most %d top-ups reach it at once", probes)
	s.front.overload(false)
	s.faults()
	s.front.hold()
	sent := &topUps{}
	t.Eventually("a top-up reaches the provider again", patience, func(context.Context) (string, bool) {
		_, held, _ := s.front.seen()
		if held == 0 && sent.answered() == sent.sent {
			s.send(sent, 1)
		}
		return "all top-ups are refused", held > 0
	})
	s.send(sent, 8)
	t.Eventually("all top-ups but those at the provider are refused", patience, func(context.Context) (string, bool) {
		_, held, most := s.front.seen()
		t.True(most <= probes, check.Failure{
			ID: "too-many-probes", Sentence: "a provider that has just come back got too many calls at once",
			Expected: fmt.Sprintf("at most %d (PAYMENT_BREAKER_HALF_OPEN_REQUESTS)", probes), Seen: fmt.Sprint(most),
		})
		return fmt.Sprintf("%d of %d answered, %d at the provider", sent.answered(), sent.sent, held), sent.answered()+held >= sent.sent
	})
	s.front.release()

	t.Step("the provider answers: the breaker closes")
	t.Eventually("top-ups succeed again", patience, func(ctx context.Context) (string, bool) {
		answer, err := s.topUp(ctx)
		return fmt.Sprint(answer, err), err == nil && answer.OK()
	})
	s.awaitState("wallet", "payment", 0, "closed")
	for range 4 {
		answer, err := s.topUp(t.Context())
		s.ok("top up after the provider has recovered", answer, err)
	}
}

// untilOpen sends top-ups until one is refused without a call, and returns when the last one that was not refused was sent: the
// breaker did
// not open earlier.
func (s *shop) untilOpen() (last time.Time) {
	const most = 40
	for range most {
		sent := time.Now()
		answer, err := s.topUp(s.t.Context())
		s.t.NoError("top up while the provider fails", err)
		if answer.Reason == circuitOpen {
			return last
		}
		last = sent
	}
	s.t.Fail(check.Failure{
		ID: "never-opens", Sentence: "the provider fails, and is called on and on",
		Expected: fmt.Sprintf("503 with the reason %s before the %dth failure", circuitOpen, most),
		Seen:     "each top-up was sent to the provider",
		Why:      "an answer 5xx or 429 is a failure of the provider, although net/http returns no error",
	})
	return last
}

func (s *shop) faults(faults ...paymentsim.Fault) {
	s.t.Ours("set the faults of the payment provider", s.Provider.SetFaults(0, faults...))
}
