package dependencyrule

import (
	"fmt"
	"sync/atomic"

	"stagecraft/checker/internal/check"
)

const whyWord = "Code and reason are all by which a client tells a full wallet from a broken service. The server sends only those of a DomainError."

// limit fills a wallet up to the limit and beyond it.
func limit(t *check.T) {
	b := open(t)
	user := b.user()
	t.Baseline(func() {
		t.Step("top up 500 EUR")
		b.mustTopUp(user, "first", 500, "EUR", 500, "")
	})
	t.Step("top up to exactly %d", maxBalance)
	b.mustTopUp(user, "to-the-limit", maxBalance-500, "EUR", maxBalance, "The limit itself is still allowed.")
	t.Step("top up one cent more")
	b.mustRefuse(user, "one-cent", 1, whyWord)
	t.Step("top up the largest possible amount")
	b.mustRefuse(user, "absurd", 1<<63-1, whyWord)
	if n := b.entries(user); n != 2 {
		t.Fail(check.Failure{
			Sentence: "the ledger holds what was refused", Expected: "2 entries", Seen: fmt.Sprintf("%d entries", n), Why: "The ledger is the money.",
		})
	}
	t.Step("top up by card: the wallet is full for cards as well")
	if a := b.topUpByCard(user, "card", 100); a.refusal != "FailedPrecondition WALLET_FULL" || b.balance(user) != maxBalance {
		t.Fail(check.Failure{
			ID: "card", Sentence: "a payment by card went into a full wallet",
			Expected: fmt.Sprintf("FailedPrecondition WALLET_FULL, %d EUR in the wallet", maxBalance),
			Seen:     fmt.Sprintf("%s, %d EUR in the wallet", a, b.balance(user)),
			Why:      "The limit belongs to the wallet, and both kinds of top-ups share it. The code for cards was right before your change.",
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
	if now, readErr := b.tryBalance(user); err != nil || readErr != nil || !back || now != maxBalance+100 {
		t.Fail(check.Failure{
			ID: "refund", Sentence: "a refund to a full wallet did not arrive",
			Expected: fmt.Sprintf("refunded, %d EUR in the wallet", maxBalance+100),
			Seen:     fmt.Sprintf("refunded %v, error %v, %d EUR, read error %v", back, err, now, readErr),
			Why:      "The limit is one of top-ups. A deduction must be refunded, however full the wallet is now, and a wallet above the limit is still a wallet.",
		})
	}
	aboveTheLimit(b, user)
	concurrentTopUps(t, b)
}

// aboveTheLimit uses a wallet that a refund has filled beyond the limit by 100.
func aboveTheLimit(b bank, user string) {
	b.t.Step("above the limit: no top-up is booked, and money can be spent")
	b.mustRefuse(user, "above", 1, whyWord)
	b.deduct(user, 150)
	if now := b.balance(user); now != maxBalance-50 {
		b.t.Fail(check.Failure{
			Sentence: "a wallet above the limit could not be spent from as usual", Expected: fmt.Sprintf("%d EUR", maxBalance-50),
			Seen: fmt.Sprintf("%d EUR", now), Why: "The limit is one of top-ups.",
		})
	}
	b.mustRefuse(user, "above-again", 51, whyWord)
	b.mustTopUp(user, "to-the-limit-again", 50, "EUR", maxBalance, "What was spent is room again.")
}

// concurrentTopUps sends more top-ups at once than there is room for.
func concurrentTopUps(t *check.T, b bank) {
	const room, many = 3, 8
	user := b.user()
	b.mustTopUp(user, "almost", maxBalance-room, "EUR", maxBalance-room, "")
	t.Step("%d top-ups of 1 cent at once, with room for %d", many, room)
	var booked atomic.Int64
	t.Together(many, func(i int) {
		a := b.topUp(user, fmt.Sprintf("concurrent-%d", i), 1, "EUR")
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
			ID: "concurrent", Sentence: "concurrent top-ups passed the limit, or their balance is wrong",
			Expected: fmt.Sprintf("%d EUR for %d that succeeded, at most %d", maxBalance-room+booked.Load(), booked.Load(), maxBalance),
			Seen:     fmt.Sprintf("%d EUR", now),
			Why:      "The limit must be checked after the wallet is locked, in the transaction that books. A check before the lock uses a balance that others change.",
		})
	}
}

// replay repeats requests, as a client without an answer does.
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
			Sentence: "one key stands for two requests", Expected: "a conflict (1006)", Seen: a.String(), Why: "A key that was used for another request is a bug of the client.",
		})
	}
	t.Step("fill the wallet, and repeat the request that filled it")
	filled := b.mustTopUp(user, "fill", maxBalance-1500, "EUR", maxBalance, "")
	b.mustRepeat(user, "fill", maxBalance-1500, filled)
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

// mustRepeat sends a request again and requires the first answer.
func (b bank) mustRepeat(user, key string, minor int64, first answer) {
	again := b.topUp(user, key, minor, "EUR")
	want := first
	want.replayed = first.refusal == ""
	id, why := "balance", "The client repeats because it lost the answer, so it must get that answer. GetWallet returns today's balance."
	switch {
	case first.refusal != "" && again.refusal == "":
		id, why = "refusal-booked", "A refusal became a booking: the client has given up, and is charged. The refusal is the answer to this key, whatever room there is now."
	case first.refusal == "" && again.refusal != "":
		id, why = "booking-refused", "A booking became a refusal: the money is in the wallet, and the answer says that it is not."
	case first.refusal != "":
		id, why = "refusal", "The client repeats because it lost the answer, so it must get the same answer, also when it was a refusal."
	}
	if again.String() != want.String() {
		b.t.Fail(check.Failure{
			ID: id, Sentence: "the repetition of a request has another answer than the request", Expected: want.String(), Seen: again.String(),
			Why: why,
		})
	}
}
