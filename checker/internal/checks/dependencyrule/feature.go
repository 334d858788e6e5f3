package dependencyrule

import (
	"fmt"
	"sync/atomic"

	"stagecraft/checker/internal/check"
)

const whyWord = "The client tells a full wallet from a broken service by code and word alone. What the one place that maps errors does not know, it hides as INTERNAL."

// limit fills a wallet to its brim and over it.
func limit(t *check.T) {
	b := open(t)
	user := b.user()
	t.Baseline(func() {
		t.Step("top up 500 EUR")
		b.mustTopUp(user, "first", 500, "EUR", 500, "")
	})
	t.Step("top up to exactly %d", maxBalance)
	b.mustTopUp(user, "to-the-brim", maxBalance-500, "EUR", maxBalance, "The limit itself is still allowed.")
	t.Step("top up one cent more")
	b.mustRefuse(user, "one-cent", 1, whyWord)
	t.Step("top up far more than any number has room for")
	b.mustRefuse(user, "absurd", 1<<63-1, whyWord)
	if n := b.entries(user); n != 2 {
		t.Fail(check.Failure{
			Sentence: "the ledger holds what was refused", Expected: "2 entries", Seen: fmt.Sprintf("%d entries", n), Why: "The ledger is the money.",
		})
	}
	t.Step("the other currencies and the other users have room")
	b.mustTopUp(user, "dollars", 7, "USD", 7, "The limit is one of each wallet, and a wallet is one user in one currency.")
	b.mustTopUp(b.user(), "first", 7, "EUR", 7, "The limit is one of each wallet, and a wallet is one user in one currency.")

	t.Step("an order takes 100 EUR, a top-up takes their place")
	saga, order := b.deduct(user, 100)
	b.mustRefuse(user, "too-much-again", 101, whyWord)
	b.mustTopUp(user, "room-again", 100, "EUR", maxBalance, "What was spent is room again.")
	t.Step("the order is cancelled and its 100 EUR come back to a full wallet")
	back, err := b.refund(user, saga, order)
	if err != nil || !back || b.balance(user) != maxBalance+100 {
		t.Fail(check.Failure{
			Sentence: "a refund to a full wallet did not arrive",
			Expected: fmt.Sprintf("refunded, %d EUR in the wallet", maxBalance+100),
			Seen:     fmt.Sprintf("refunded %v, error %v, %d EUR", back, err, b.balance(user)),
			Why:      "The limit is one of top-ups. Money that was taken must be given back, however full the wallet is meanwhile.",
		})
	}
	crowd(t, b)
}

// crowd lets many top-ups reach for the last room at once.
func crowd(t *check.T, b bank) {
	const room, many = 3, 8
	user := b.user()
	b.mustTopUp(user, "almost", maxBalance-room, "EUR", maxBalance-room, "")
	t.Step("%d top-ups of 1 EUR cent at once, with room for %d", many, room)
	var booked atomic.Int64
	t.Together(many, func(i int) {
		a := b.topUp(user, fmt.Sprintf("crowd-%d", i), 1, "EUR")
		switch a.refusal {
		case "":
			booked.Add(1)
		case "FailedPrecondition WALLET_FULL", "Aborted CONCURRENT_UPDATE":
		default:
			t.Fail(check.Failure{Sentence: "a full wallet does not say that it is full", Expected: "FailedPrecondition WALLET_FULL (1003)", Seen: a.String(), Why: whyWord})
		}
	})
	if now := b.balance(user); now > maxBalance || now != maxBalance-room+booked.Load() {
		t.Fail(check.Failure{
			Sentence: "top-ups at the same time passed the limit",
			Expected: fmt.Sprintf("%d EUR for %d that succeeded, at most %d", maxBalance-room+booked.Load(), booked.Load(), maxBalance),
			Seen:     fmt.Sprintf("%d EUR", now),
			Why:      "The question and the booking belong into one transaction: in between, others book.",
		})
	}
}

// replay repeats requests, as every client does that got no answer.
func replay(t *check.T) {
	b := open(t)
	user := b.user()
	var first answer
	t.Baseline(func() {
		t.Step("top up 1000 EUR, then 500 EUR")
		first = b.mustTopUp(user, "first", 1000, "EUR", 1000, "")
		b.mustTopUp(user, "second", 500, "EUR", 1500, "")
	})
	t.Step("repeat the first request")
	b.mustRepeat(user, "first", 1000, first)
	t.Step("the first key with another amount")
	if a := b.topUp(user, "first", 1001, "EUR"); a.code != "1006" {
		t.Fail(check.Failure{
			Sentence: "one key stands for two requests", Expected: "a conflict (1006)", Seen: a.String(), Why: "A key that was used for something else is a mistake of the client.",
		})
	}
	t.Step("fill the wallet, and repeat the request that filled it")
	brim := b.mustTopUp(user, "brim", maxBalance-1500, "EUR", maxBalance, "")
	b.mustRepeat(user, "brim", maxBalance-1500, brim)
	t.Step("be refused, make room, and repeat the refused request")
	full := b.mustRefuse(user, "full", 1, whyWord)
	b.deduct(user, 100)
	b.mustRepeat(user, "full", 1, full)
	if n := b.entries(user); n != 4 {
		t.Fail(check.Failure{
			Sentence: "repetitions left something in the ledger", Expected: "4 entries", Seen: fmt.Sprintf("%d entries", n), Why: "A request happens once, however often it is sent.",
		})
	}
}

// mustRepeat sends a request again and requires the answer of the first time.
func (b bank) mustRepeat(user, key string, minor int64, first answer) {
	again := b.topUp(user, key, minor, "EUR")
	want := first
	want.replayed = first.refusal == ""
	why := "The client repeats because the answer was lost: it must get that one. Today's balance is another question, and GetWallet answers it."
	switch {
	case first.refusal != "" && again.refusal == "":
		why = "A refusal became a booking: the client was told no, and pays after all. The refusal is the answer to this key, whatever room there is by now."
	case first.refusal == "" && again.refusal != "":
		why = "A booking became a refusal: the money is in the wallet, and the client is told that it is not."
	case first.refusal != "":
		why = "The client repeats because the answer was lost: it must get that one, word by word, also when it was a refusal."
	}
	if again.String() != want.String() {
		b.t.Fail(check.Failure{
			Sentence: "the repetition of a request has another answer than the request", Expected: want.String(), Seen: again.String(),
			Why: why,
		})
	}
}
