package retries

import (
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"stagecraft/checker/internal/check"
)

const (
	pushbackTrailer = "grpc-retry-pushback-ms"
	// refill is how many good calls give back more than the failures of one step have taken.
	refill = 40
	// The shortest pauses before the second and the third attempt, with jitter.
	firstPause, secondPause = 80 * time.Millisecond, 160 * time.Millisecond
)

// policy lets calls of gateway to inventory fail in several ways.
func policy(t *check.T) {
	s := open(t, "order", "wallet")
	link := s.Call("gateway", "inventory")

	t.Step("a read fails once")
	rule, seen := link.FailWith("GetStock", 1, codes.Unavailable), watch(link, "GetStock")
	got := s.read()
	rule.Remove()
	t.True(got.OK() && seen.count() == 2, check.Failure{
		ID: "not-repeated", Sentence: "a read that failed once was not repeated",
		Expected: "2 attempts, and 200 for the client",
		Seen:     fmt.Sprintf("%s, and %s", attempts(seen.count()), got),
		Why:      "a service that restarts fails the calls that meet it; a read can be repeated, and the client need not know",
	})

	t.Step("a change with a key is made, and its answer is lost")
	s.reads(refill)
	rule, seen = link.FailAnswer("AdjustStock", 1, codes.Unavailable), watch(link, "AdjustStock")
	adjusted, err := s.Shop.AdjustStock(t.Context(), s.sku, uuid.NewString(), 7)
	t.NoError("adjust the stock", err)
	rule.Remove()
	t.True(adjusted.OK() && seen.count() == 2 && s.read().Data.Available == 1007, check.Failure{
		ID: "not-repeated", Sentence: "a change with a key whose answer was lost was not repeated, or was made twice",
		Expected: "2 attempts, 200 for the client, and 1007 pieces",
		Seen:     fmt.Sprintf("%s, %s, and %d pieces", attempts(seen.count()), adjusted, s.read().Data.Available),
		Why:      "the service recognizes the repetition by its key and answers it with the stored answer",
	})

	s.allFail()
	s.otherCodes()
	s.pushback()
}

// allFail lets all attempts of one call fail.
func (s *shop) allFail() {
	s.t.Step("all attempts of a read fail")
	s.reads(refill)
	link := s.Call("gateway", "inventory")
	rule, seen := link.FailWith("GetStock", 0, codes.Unavailable), watch(link, "GetStock")
	got := s.read()
	rule.Remove()
	id := "too-many"
	if seen.count() < maxAttempts {
		id = "not-repeated"
	}
	s.t.True(seen.count() == maxAttempts && got.Status == http.StatusServiceUnavailable, check.Failure{
		ID: id, Sentence: "a call that always fails has the wrong number of attempts",
		Expected: "3 attempts, and 503 for the client",
		Seen:     fmt.Sprintf("%s, and %s", attempts(seen.count()), got),
		Why:      "each further attempt helps less and costs as much as the one before",
	})
	pauses := seen.pauses()
	s.t.True(pauses[0] >= firstPause && pauses[1] >= secondPause, check.Failure{
		ID: "pause", Sentence: "the pauses between the attempts are too short",
		Expected: "at least 80 ms, then at least 160 ms",
		Seen:     fmt.Sprint(pauses),
		Why:      "a service that has just failed needs time, more of it the longer it fails",
	})
}

// otherCodes lets calls fail in ways that a repetition makes worse.
func (s *shop) otherCodes() {
	link := s.Call("gateway", "inventory")
	for _, code := range []codes.Code{
		codes.DeadlineExceeded, codes.ResourceExhausted, codes.Internal, codes.Aborted, codes.Unknown, codes.FailedPrecondition, codes.NotFound,
	} {
		s.t.Step("a read ends with %v", code)
		rule, seen := link.FailWith("GetStock", 0, code), watch(link, "GetStock")
		got := s.read()
		rule.Remove()
		s.t.True(seen.count() == 1 && !got.OK(), check.Failure{
			ID: "code", Sentence: fmt.Sprintf("a call that ended with %v was repeated", code),
			Expected: "1 attempt",
			Seen:     fmt.Sprintf("%s, and %s", attempts(seen.count()), got),
			Why: "Only UNAVAILABLE is worth it. After a deadline the time is over and the server still works on the first attempt, a limit is met " +
				"again, and the other codes are answers.",
		})
	}
}

// pushback lets the server say when to come back.
func (s *shop) pushback() {
	link := s.Call("gateway", "inventory")
	say := func(value string) metadata.MD { return metadata.Pairs(pushbackTrailer, value) }

	s.t.Step("a read fails, and the server forbids a repetition (pushback -1)")
	s.reads(refill)
	rule, seen := link.FailWithTrailer("GetStock", 0, codes.Unavailable, say("-1")), watch(link, "GetStock")
	got := s.read()
	rule.Remove()
	s.t.True(seen.count() == 1 && got.Status == http.StatusServiceUnavailable, check.Failure{
		ID: "pushback", Sentence: "the server has forbidden to repeat the call, and it was repeated",
		Expected: "1 attempt, and 503 for the client", Seen: fmt.Sprintf("%s, and %s", attempts(seen.count()), got),
		Why: "with the trailer " + pushbackTrailer + " a server that is overloaded, or has tried already, ends the repetitions",
	})

	const wait = 700 * time.Millisecond
	s.t.Step("a read fails once, and the server asks for %v", wait)
	rule, seen = link.FailWithTrailer("GetStock", 1, codes.Unavailable, say("700")), watch(link, "GetStock")
	got = s.read()
	rule.Remove()
	s.t.True(got.OK() && seen.count() == 2 && seen.pauses()[0] >= wait, check.Failure{
		ID: "pushback", Sentence: "the server asked for a pause, and did not get it",
		Expected: "2 attempts with 700ms between them, and 200 for the client",
		Seen:     fmt.Sprintf("%s, pauses %v, and %s", attempts(seen.count()), seen.pauses(), got),
		Why:      "the server knows how long it will be busy; the client's own pause is a guess",
	})

	s.t.Step("a limit refuses a read, and asks for 2.5 s")
	rule, seen = link.FailWithTrailer("GetStock", 0, codes.ResourceExhausted, say("2500")), watch(link, "GetStock")
	got = s.read()
	rule.Remove()
	s.t.True(got.Status == http.StatusTooManyRequests && got.Header.Get("Retry-After") == "3" && seen.count() == 1, check.Failure{
		ID: "retry-after", Sentence: "the client is not told when to come back",
		Expected: "1 attempt, 429, and Retry-After: 3",
		Seen:     fmt.Sprintf("%s, %d, and Retry-After: %q", attempts(seen.count()), got.Status, got.Header.Get("Retry-After")),
		Why:      "what the shop does not repeat itself, its client may; it should not come too early",
	})
}
