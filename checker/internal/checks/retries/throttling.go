package retries

import (
	"fmt"
	"net/http"

	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
)

const (
	calls   = 240
	workers = 6
	// mostMore is the share of calls that may be added: 10 %.
	mostMore = 0.1
)

// throttling lets half of the attempts at inventory fail.
func throttling(t *check.T) {
	s := open(t, "order")
	link := s.Call("gateway", "inventory")
	s.reads(refill)

	t.Step("half of the attempts fail (seed %d), %d reads by %d clients", t.Seed(), calls, workers)
	fails := make([]bool, 5*calls)
	for i := range fails {
		fails[i] = t.Rand().Float64() < 0.5
	}
	rule, seen := link.FailWhen("GetStock", func(n int) bool { return fails[n%len(fails)] }, codes.Unavailable), watch(link, "GetStock")
	t.Together(workers, func(int) {
		for range calls / workers {
			_ = s.read()
		}
	})
	made := seen.count()
	t.True(float64(made) <= calls*(1+mostMore), check.Failure{
		ID: "amplified", Sentence: "a service that fails gets much more load than before",
		Expected: fmt.Sprintf("at most %d attempts for %d calls", int(calls*(1+mostMore)), calls),
		Seen:     fmt.Sprintf("%d attempts, %.2f for each call", made, float64(made)/calls),
		Why: "Half of the calls fail because the service has too much to do. Each repetition is more of it, so it cannot recover. " +
			"A budget for the whole connection ends the repetitions while many calls fail.",
	})

	t.Step("now nothing is repeated: one failed read is one attempt")
	rule.Remove()
	rule = link.FailWith("GetStock", 0, codes.Unavailable)
	for range 20 {
		_ = s.read()
	}
	seen = watch(link, "GetStock")
	got := s.read()
	rule.Remove()
	t.True(seen.count() == 1 && got.Status == http.StatusServiceUnavailable, check.Failure{
		ID: "amplified", Sentence: "calls are repeated although all calls before them have failed",
		Expected: "1 attempt", Seen: attempts(seen.count()), Why: "the budget is not that of all calls to the service",
	})

	t.Step("the wallet, which does not fail, is not affected: a read of it that fails once is repeated")
	wallet := s.Call("gateway", "wallet")
	rule, seen = wallet.FailWith("GetWallet", 1, codes.Unavailable), watch(wallet, "GetWallet")
	balance, err := s.Shop.Wallet(t.Context(), s.buyer)
	t.NoError("read the wallet", err)
	rule.Remove()
	t.True(seen.count() == 2, check.Failure{
		ID: "other-dependency", Sentence: "a healthy service pays for the failures of another one",
		Expected: "2 attempts", Seen: fmt.Sprintf("%s, and %s", attempts(seen.count()), balance),
		Why: "each dependency has a budget of its own",
	})

	t.Step("inventory is back: %d good reads, then one that fails once", 2*refill+refill)
	s.reads(2*refill + refill)
	rule, seen = link.FailWith("GetStock", 1, codes.Unavailable), watch(link, "GetStock")
	after := s.read()
	rule.Remove()
	t.True(after.OK() && seen.count() == 2, check.Failure{
		ID: "never-again", Sentence: "after an outage nothing is repeated any more",
		Expected: "2 attempts, and 200 for the client", Seen: fmt.Sprintf("%s, and %s", attempts(seen.count()), after),
		Why: "good calls must fill the budget again: a tenth of a token for each",
	})
}
