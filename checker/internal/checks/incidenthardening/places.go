package incidenthardening

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/fault"
	"stagecraft/checker/internal/stack"
)

// most is how many requests the gateway may have in progress in this check.
const most = 4

// places lets requests fail in every way, more of them than the gateway has places, and looks whether it serves afterwards.
func places(t *check.T) {
	t.Step("start a gateway that has places for %d requests, and inventory", most)
	env := map[string]string{
		"OVERLOAD_MIN_CONCURRENCY": fmt.Sprint(most), "OVERLOAD_MAX_CONCURRENCY": fmt.Sprint(most), "OVERLOAD_TARGET": "60s",
		"GRPC_RETRY_MAX_ATTEMPTS": "1",
	}
	for name, value := range alone {
		env[name] = value
	}
	p := &crowd{t: t, Stack: t.Stack(stack.Options{ServiceEnv: map[string]map[string]string{"gateway": env}})}
	t.Baseline(func() {
		product, err := p.Shop.PutProduct(t.Context(), "lamp", "Lamp", 500)
		t.NoError("the product", err)
		t.True(product.OK(), check.Failure{Sentence: "a product is refused", Expected: "200", Seen: product.String()})
		stock, err := p.Shop.AdjustStock(t.Context(), "lamp", "stock", 10)
		t.NoError("the delivery", err)
		t.True(stock.OK(), check.Failure{Sentence: "a delivery is refused", Expected: "200", Seen: stock.String()})
		for range 2 * most {
			p.look("lamp", http.StatusOK)
		}
		for range 2 * most {
			p.look("nothing", http.StatusNotFound)
		}
		p.serves("of an unknown product")
	})
	link := p.Call("gateway", "inventory")
	for _, kind := range []struct {
		code   codes.Code
		status int
		what   string
	}{
		{codes.Unavailable, http.StatusServiceUnavailable, "that failed because inventory was away"},
		{codes.DeadlineExceeded, http.StatusGatewayTimeout, "that took too long"},
		{codes.Internal, http.StatusInternalServerError, "that failed inside of inventory"},
	} {
		t.Step("%d requests %s", 2*most, kind.what)
		rule := link.FailWhen("GetStock", func(int) bool { return true }, kind.code)
		for range 2 * most {
			p.failed(kind.status, kind.what)
		}
		rule.Remove()
		p.serves(kind.what)
	}
	t.Step("%d customers leave while they wait", 2*most)
	link.DelayEach(func(fault.Call) time.Duration { return time.Minute })
	for range 2 * most {
		p.leave()
	}
	link.Clear()
	p.serves("whose customers have left")
	p.limited(link)
}

// crowd is the gateway and its customers.
type crowd struct {
	*stack.Stack
	t *check.T
}

func (p *crowd) look(sku string, want int) {
	answer, err := p.Shop.Stock(p.t.Context(), sku)
	p.t.NoError("the request", err)
	p.t.True(answer.Status == want, check.Failure{Sentence: "a request got the wrong answer", Expected: fmt.Sprint(want), Seen: answer.String()})
}

func (p *crowd) failed(status int, what string) {
	answer, err := p.Shop.Stock(p.t.Context(), "lamp")
	p.t.NoError("a request "+what, err)
	overloaded := strings.Contains(answer.String(), "overloaded")
	p.t.True(!overloaded, check.Failure{
		ID: "refused", Sentence: "the gateway is full while one request at a time is in progress", Expected: fmt.Sprintf("%d, of a request %s", status, what), Seen: answer.String(),
		Why: "Each failed request has kept its place. An outage of a minute then closes the gateway until it is started again.",
	})
	p.t.True(answer.Status == status, check.Failure{
		ID: "answer", Sentence: "a request " + what + " got the wrong answer", Expected: fmt.Sprint(status), Seen: answer.String(),
		Why: "The customer must learn what has happened to the request.",
	})
}

// serves requires that as many requests are served at the same time as before.
func (p *crowd) serves(what string) {
	var seen string
	becomes(p.t, check.Failure{
		ID: "refused", Sentence: fmt.Sprintf("the gateway refuses requests after %d %s", 2*most, what), Expected: fmt.Sprintf("0 places taken, and 200: OVERLOAD_MAX_CONCURRENCY is %d and nothing is in progress", most),
		Why: "Each failed request has kept its place. An outage of a minute then closes the gateway until it is started again.",
	}, func() (string, bool) {
		answer, err := p.Shop.Stock(p.t.Context(), "lamp")
		p.t.NoError("a request", err)
		seen = answer.String()
		return seen, answer.Status == http.StatusOK
	})
}

// leave is a customer who gives up.
func (p *crowd) leave() {
	before := len(p.Call("gateway", "inventory").Calls("GetStock"))
	ctx, cancel := context.WithCancel(p.t.Context())
	defer cancel()
	gone := make(chan struct{})
	p.t.Go(func() {
		defer close(gone)
		_, _ = p.Shop.Stock(ctx, "lamp")
	})
	becomes(p.t, check.Failure{
		ID: "refused", Sentence: "the gateway refuses a request while one customer waits at a time", Expected: "it calls inventory",
		Why: "A customer who has left needs no place.",
	}, func() (string, bool) {
		return "no call", len(p.Call("gateway", "inventory").Calls("GetStock")) > before
	})
	cancel()
	<-gone
}

// limited requires that the limit is still one.
func (p *crowd) limited(link *fault.Link) {
	t := p.t
	t.Step("%d requests are in progress; one more is refused", most)
	var holds []*fault.Hold
	answers := make(chan string, most)
	for range most {
		hold := link.HoldCall("GetStock", 1)
		holds = append(holds, hold)
		t.Go(func() {
			answer, err := p.Shop.Stock(t.Context(), "lamp")
			if err != nil || answer.Status != http.StatusOK {
				answers <- fmt.Sprintf("%s (%v)", answer, err)
				return
			}
			answers <- ""
		})
		becomes(t, check.Failure{
			ID: "refused", Sentence: fmt.Sprintf("the gateway has less than its %d places after the failures", most), Expected: "every place is free again",
			Why: "Each failed request has kept its place.",
		}, func() (string, bool) {
			select {
			case <-hold.Arrived():
				return "", true
			default:
				return fmt.Sprintf("%d requests are in progress", len(holds)-1), false
			}
		})
	}
	ctx, cancel := t.Patience(time.Second)
	defer cancel()
	answer, err := p.Shop.Stock(ctx, "lamp")
	t.True(err == nil && answer.Status == http.StatusServiceUnavailable, check.Failure{
		ID: "limit", Sentence: fmt.Sprintf("%d requests are in progress, and one more is admitted", most), Expected: "503, at once",
		Seen: fmt.Sprintf("%s (%v)", answer, err), Why: "A place that is given back twice, or not taken at all, is no limit: under overload every request is late.",
	})
	for _, hold := range holds {
		hold.Release()
	}
	for range most {
		wrong := <-answers
		t.True(wrong == "", check.Failure{ID: "answer", Sentence: "a request that had its place got the wrong answer", Expected: "200", Seen: wrong, Why: "It was admitted."})
	}
}
