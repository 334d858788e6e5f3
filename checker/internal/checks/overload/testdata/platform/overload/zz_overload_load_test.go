package overload_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"shop/platform/overload"
)

const (
	zzoCollapse = "Calls in progress wait for each other. Above the capacity each ends after its caller has left: the service works at its limit and delivers nothing."
	zzoSpare    = "A refusal is a purchase that is lost. It is right only when the answer would have come too late."
)

func TestZZOverloadGoodput(t *testing.T) {
	for _, times := range []float64{2, 5} {
		s := zzoNew(zzoConfig(), 1)
		s.run(20*time.Second, zzoFlow{rate: times * s.capacity(), priority: overload.Normal})
		late := s.between(10*time.Second, time.Hour)
		what := fmt.Sprintf("a server that can do %.0f calls per second gets %.0f", s.capacity(), times*s.capacity())
		if float64(late.good) < 0.9*s.capacity()*10 {
			zzoFail(t, zzoFailure{
				id: "", what: what + ", and answers too few of them in time", expected: fmt.Sprintf("at least %.0f in the last ten of twenty seconds", 0.9*s.capacity()*10),
				seen: late.String(), why: zzoCollapse,
			})
		}
		if late.median >= 2*zzoConfig().Target || late.late > late.good/100 {
			zzoFail(t, zzoFailure{
				id: "slow", what: what + ", and those it admits wait too long", expected: fmt.Sprintf("half of them within %s, hardly any after a second", 2*zzoConfig().Target),
				seen: late.String(), why: "Target is how long half of the calls may take. A caller that leaves after a second has cost as much as one that stays.",
			})
		}
	}
}

func TestZZOverloadFollow(t *testing.T) {
	s := zzoNew(zzoConfig(), 2)
	flow := zzoFlow{rate: 0.8 * s.capacity(), priority: overload.Normal}
	s.run(5*time.Second, flow)
	s.service *= 4
	s.run(20*time.Second, flow)
	slow := s.between(15*time.Second, 25*time.Second)
	if want := 0.8 * s.capacity() * 10; float64(slow.good) < want {
		zzoFail(t, zzoFailure{
			id: "down", what: "a server becomes four times slower, and answers too few calls in time", expected: fmt.Sprintf("at least %.0f in ten seconds, of the %.0f it can do", want, s.capacity()*10),
			seen: slow.String(), why: "The capacity is not what it was when you measured it: a neighbour, a vacuum, a cold cache. A limit that was written down is wrong on that day.",
		})
	}
	s.service /= 4
	s.run(20*time.Second, flow)
	if fast := s.between(35*time.Second, 45*time.Second); fast.refused > 0 || fast.late > 0 {
		zzoFail(t, zzoFailure{
			id: "up", what: "the server is fast again for ten seconds, and calls are still refused", expected: "nothing refused, at 80 % of the capacity", seen: fast.String(),
			why: "A limit that falls fast and never rises keeps the shop small after each bad minute.",
		})
	}
}

func TestZZOverloadSpare(t *testing.T) {
	s := zzoNew(zzoConfig(), 3)
	s.run(10*time.Second, zzoFlow{rate: 5 * s.capacity(), priority: overload.Normal})
	s.run(15*time.Second, zzoFlow{rate: 0.8 * s.capacity(), priority: overload.Normal})
	if after := s.between(15*time.Second, time.Hour); after.refused > 0 || after.late > 0 || after.median > zzoConfig().Target {
		zzoFail(t, zzoFailure{
			id: "after", what: "five seconds after an overload, calls are still refused or late", expected: "nothing refused, half of the calls within 200ms", seen: after.String(), why: zzoSpare,
		})
	}
	s = zzoNew(zzoConfig(), 4)
	s.run(20*time.Second, zzoFlow{rate: 0.8 * s.capacity(), priority: overload.Low})
	if below := s.between(0, time.Hour); below.refused > 0 {
		zzoFail(t, zzoFailure{id: "below", what: "at 80 % of the capacity calls of priority Low are refused", expected: "nothing refused", seen: below.String(), why: zzoSpare})
	}
	s = zzoNew(zzoConfig(), 5)
	s.run(20*time.Second, zzoFlow{rate: 0.1 * s.capacity(), priority: overload.High, extra: 3 * time.Second}, zzoFlow{rate: 0.5 * s.capacity(), priority: overload.Normal})
	if beside := s.between(0, time.Hour); beside.refused > 0 {
		zzoFail(t, zzoFailure{
			id: "few-slow", what: "one call in six waits three seconds for a payment provider, and calls are refused", expected: "nothing refused: the server itself is half idle", seen: beside.String(),
			why: "The average says that the service is slow. Nine of ten purchases say that it is not, and they are refused.",
		})
	}
	zzoNight(t)
}

// zzoNight has fewer calls than say anything about the service, then a hundred at once.
func zzoNight(t *testing.T) {
	t.Helper()
	at := time.Unix(1000, 0)
	limiter := overload.New(zzoConfig(), prometheus.NewRegistry(), func() time.Time { return at })
	for range 9 {
		done, err := limiter.Admit(context.Background(), overload.Normal)
		if err != nil {
			zzoFail(t, zzoFailure{id: "night", what: "a call is refused while nothing is in progress", expected: "no error", seen: err.Error(), why: zzoSpare})
		}
		at = at.Add(3 * time.Second)
		done()
	}
	for n := range 100 {
		if _, err := limiter.Admit(context.Background(), overload.High); err != nil {
			zzoFail(t, zzoFailure{
				id: "night", what: fmt.Sprintf("after nine slow calls in a quiet night, call %d of a hundred is refused", n+1), expected: "the limit is as it was: fewer than ten calls say nothing",
				seen: err.Error(), why: "The first customers of the morning meet a limit that one slow payment of the night has left behind.",
			})
		}
	}
}

func TestZZOverloadPriority(t *testing.T) {
	cfg := zzoConfig()
	cfg.Min, cfg.Max = 80, 80 // the limit is given: this is about who gets the places
	s := zzoNew(cfg, 6)
	c := s.capacity()
	s.run(20*time.Second, zzoFlow{rate: 0.3 * c, priority: overload.High}, zzoFlow{rate: 0.5 * c, priority: overload.Normal}, zzoFlow{rate: 1.2 * c, priority: overload.Low})
	late := s.between(5*time.Second, time.Hour)
	by := fmt.Sprintf("refused: %d high, %d normal, %d low; answered: %d, %d, %d", late.refusedBy[overload.High], late.refusedBy[overload.Normal], late.refusedBy[overload.Low],
		late.goodBy[overload.High], late.goodBy[overload.Normal], late.goodBy[overload.Low])
	if 100*late.refusedBy[overload.High] > late.goodBy[overload.High] || 100*late.refusedBy[overload.Normal] > late.goodBy[overload.Normal] {
		zzoFail(t, zzoFailure{
			id: "lists", what: "purchases are refused while lists are answered", expected: "of High and Normal, fewer than one in a hundred refused", seen: by,
			why: "A crawler reads lists all night. It must not cost a purchase.",
		})
	}
	if late.goodBy[overload.Low] == 0 || float64(late.good) < 0.9*c*15 {
		zzoFail(t, zzoFailure{
			id: "wasted", what: "capacity is left over, and lists are refused", expected: fmt.Sprintf("at least %.0f answers, lists among them", 0.9*c*15), seen: by,
			why: "What the purchases do not need belongs to the others.",
		})
	}
	s = zzoNew(cfg, 7)
	s.run(20*time.Second, zzoFlow{rate: 0.1 * c, priority: overload.High}, zzoFlow{rate: 2 * c, priority: overload.Normal})
	late = s.between(5*time.Second, time.Hour)
	if refused := late.refusedBy[overload.High]; 100*refused > late.goodBy[overload.High] {
		zzoFail(t, zzoFailure{
			id: "cancellations", what: "purchases alone are too many, and cancellations are refused", expected: "of High, fewer than one in a hundred refused",
			seen: fmt.Sprintf("%d refused, %d answered", refused, late.goodBy[overload.High]), why: "A cancellation frees stock and money. Refusing it makes the overload longer.",
		})
	}
}
