package saga

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/history"
	"stagecraft/checker/internal/stack"
)

// judge waits until every purchase has come to its end and holds the books of each against what was asked and answered.
func (s *shop) judge() {
	s.t.Step("wait until every purchase has ended, then read wallets, ledgers, stock and orders")
	for _, p := range s.all() {
		p.ends()
	}
	for _, p := range s.all() {
		p.balance()
	}
	s.noPanic()
}

// noPanic fails if a service caught a panic and went on: then the books may balance, but only because another worker repaired them.
func (s *shop) noPanic() {
	for _, service := range s.Services() {
		for _, line := range service.Logs().All() {
			s.t.True(!strings.HasSuffix(line.Event, ".panicked"), check.Failure{
				Sentence: service.Name + " panicked", Expected: "no panic, whatever happens",
				Seen: line.Event + ": " + line.Field("error"),
				Why:  "the worker that panics leaves its work half done; that another worker cleans up after it is luck",
			})
		}
	}
}

func (s *shop) all() []*purchase {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.purchases)
}

// balance fails unless the buyer's books balance.
func (p *purchase) balance() {
	t := p.s.t
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		books := history.Books{Ops: p.ops()}
		err := books.Read(t.Context(), p.s.Shop.Recording(nil), []string{p.buyer}, []string{p.sku})
		t.NoError("read the books", err)
		wrong := books.Violations()
		if len(wrong) == 0 {
			return
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			t.Log("%s: %d invariants do not hold; the order is %v", p.at, len(wrong), books.Orders[p.buyer])
			f := wrong[0].Failure()
			f.Sentence = p.at + ": " + f.Sentence
			t.Fail(f)
		}
	}
}

// ops are the operations of this buyer and those on their stock.
func (p *purchase) ops() []stack.Op {
	return slices.DeleteFunc(p.s.history.Ops(), func(op stack.Op) bool {
		adjusted, ok := op.Input.(stack.Adjustment)
		return op.User != p.buyer && (!ok || adjusted.SKU != p.sku)
	})
}

// repeat sends every request again: the answer must be the one that the order's end decides.
func (s *shop) repeat() {
	s.t.Step("repeat every request with its key")
	for _, p := range s.all() {
		paid := p.ends() == "PAID"
		var again stack.Answer[stack.Order]
		s.t.Eventually("a repeated request returns how the purchase ended: "+p.at, 5*time.Second, func(ctx context.Context) (string, bool) {
			var err error
			if again, err = p.ask(ctx); err != nil {
				return err.Error(), false
			}
			return fmt.Sprintf("%s, the order is paid: %v", again, paid), again.Status < 500 && again.Reason != "IN_PROGRESS"
		})
		s.t.True(again.OK() == paid, check.Failure{
			Sentence: "a repeated request returned something else than what happened",
			Expected: fmt.Sprintf("an answer to a purchase that is paid: %v", paid), Seen: again.String(),
			Why: "the buyer whose answer was lost has nothing but the repetition",
		})
	}
}

// arriveLate lets calls go that were under way when their sender died or gave up, and waits until they have been answered.
func (s *shop) arriveLate(held ...*fault.Hold) {
	s.t.Step("calls that were under way all the time arrive now")
	for _, hold := range held {
		hold.Release()
		if hold.Call().Begin.IsZero() {
			continue // it caught nothing
		}
		s.await("the late call is answered", func() bool { return !hold.Call().End.IsZero() })
	}
}

// await waits for something that does not depend on the learner's code.
func (s *shop) await(what string, happened func() bool) {
	if !s.within(patience, happened) {
		s.t.Unknown("it did not happen that " + what)
	}
}

// within reports whether something happened in the time that it was given.
func (s *shop) within(limit time.Duration, happened func() bool) bool {
	ctx, cancel := context.WithTimeout(s.t.Context(), limit)
	defer cancel()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !happened() {
		select {
		case <-look.C:
		case <-ctx.Done():
			return happened()
		}
	}
	return true
}
