package idempotency

import (
	"context"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

// crash kills a service that has stored the effect, before the client has the answer.
func crash(t *check.T) {
	s := open(t)
	s.fund(10_000)

	k := key("top-up")
	first := s.desk().mustTopUp("top up", s.buyer, k, 100, 10_100)
	t.Step("kill wallet: the top-up is stored, and the client may have lost the answer")
	t.Ours("kill wallet", s.Service("wallet").Kill())
	s.restart("wallet")
	t.Step("repeat the top-up")
	s.desk().mustRepeat(first, s.buyer, k, 100)
	s.settles(effects{Balance: 10_100}, "the top-up had happened before the crash")

	k = key("order")
	s.strike("order", "CreateOrder", func(ctx context.Context) error {
		_, err := s.buy(ctx, k)
		return err
	})
	t.Step("repeat the order")
	var (
		order stack.Answer[stack.Order]
		err   error
	)
	t.Eventually("the repeated order is answered with 201", 5*time.Second, func(ctx context.Context) (string, bool) {
		order, err = s.buy(ctx, k)
		if err != nil {
			return err.Error(), false
		}
		return describe(order), order.OK()
	})
	s.ends(order, "PAID")
	s.settles(effects{Orders: 1, Balance: 9_600, Sold: 1}, "the order had been paid before the crash")

	t.Step("and repeat it once more")
	later, err := s.buy(t.Context(), k)
	s.same(order, later, err)
}

// strike sends a request, waits until the service has answered it, kills the service before the answer arrives, and starts it again.
func (s *shop) strike(service, method string, send func(context.Context) error) {
	t := s.t
	link := s.Call("gateway", service)
	hold := link.HoldAnswer(method, 1)
	t.Step("hold %s's answer to %s", service, method)
	sent, gone := context.WithTimeout(t.Context(), 10*time.Second)
	defer gone()
	answered := make(chan struct{})
	t.Go(func() {
		defer close(answered)
		_ = send(sent) // the answer is lost on purpose
	})
	done := t.WaitingOn(service + " answers " + method)
	select {
	case <-hold.Arrived():
	case <-answered: // the checks of the ordinary case show why
		t.Fail(check.Failure{
			Sentence: service + " was not asked, or gave no answer", Expected: "a call of " + method, Seen: "the gateway answered by itself",
		})
	case <-sent.Done():
		t.Fail(check.Failure{Sentence: service + " did not answer " + method, Expected: "an answer within 10 s", Seen: "none"})
	}
	done()
	t.Step("kill %s: the effect is stored, the answer is lost", service)
	t.Ours("kill "+service, s.Service(service).Kill())
	hold.Drop()
	<-answered
	s.restart(service)
}

func (s *shop) restart(service string) {
	s.t.Step("start %s again", service)
	s.t.NoError("start "+service+" again", s.Service(service).Restart(s.t.Context(), nil))
	if service != "gateway" {
		s.t.Ours("reconnect to "+service, s.Call("gateway", service).AwaitCallee(s.t.Context()))
	}
}
