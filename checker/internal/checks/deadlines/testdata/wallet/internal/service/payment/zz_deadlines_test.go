package payment_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"shop/wallet/internal/domain"
	"shop/wallet/internal/service/payment"
)

func TestZZDeadlinesDetached(t *testing.T) {
	for _, judge := range []func(*testing.T){zzdStored, zzdOwnTime, zzdFrozenDatabase, zzdProviderEnds, zzdVoidEnds} {
		if !t.Failed() {
			synctest.Test(t, judge)
		}
	}
}

// zzdWork is one use of the engine that stores something.
type zzdWork struct {
	name          string
	before, after domain.PaymentStatus
	answer        error // of the provider
	do            func(w *zzdWallet, ctx context.Context) error
}

func zzdWorks() []zzdWork {
	charge := func(w *zzdWallet, ctx context.Context) error {
		_, err := w.engine.Charge(ctx, w.payment(), "card")
		return err
	}
	return []zzdWork{
		{"Charge, when the card is charged", domain.PaymentPending, domain.PaymentCharged, nil, charge},
		{"Charge, when the card is refused", domain.PaymentPending, domain.PaymentDeclined, &payment.Refusal{Reason: "no money"}, charge},
		{"Find, when the card is charged", domain.PaymentPending, domain.PaymentCharged, nil, func(w *zzdWallet, ctx context.Context) error {
			_, err := w.engine.Find(ctx, w.payment())
			return err
		}},
		{"Book", domain.PaymentCharged, domain.PaymentBooked, nil, func(w *zzdWallet, ctx context.Context) error {
			_, err := w.engine.Book(ctx, w.payment())
			return err
		}},
	}
}

// zzdStored judges that what has happened is stored although the client hangs up, or its time is up.
func zzdStored(t *testing.T) {
	for _, work := range zzdWorks() {
		for _, how := range []string{"the client hangs up", "the deadline of the request is over", "the request has 1s left", "the request has 1h left", "the request has no deadline"} {
			w := zzdNew(t, work.before)
			w.answer = work.answer
			ctx, end := context.WithCancel(context.WithValue(t.Context(), zzdKey{}, "trace"))
			switch how {
			case "the client hangs up":
				w.provider = func(context.Context) error { end(); return nil }
				if work.name == "Book" {
					end()
				}
			case "the deadline of the request is over":
				ctx, end = context.WithTimeout(ctx, time.Second)
				w.provider = func(context.Context) error { time.Sleep(2 * time.Second); return nil }
				if work.name == "Book" {
					time.Sleep(2 * time.Second)
				}
			case "the request has 1s left":
				ctx, end = context.WithTimeout(ctx, time.Second)
				w.slow = 3 * time.Second
			case "the request has 1h left":
				ctx, end = context.WithTimeout(ctx, time.Hour)
			}
			defer end()
			what := work.name + ", and " + how
			err := work.do(w, ctx)
			if w.stored.Status != work.after || err != nil {
				zzdFail(t, zzdFailure{"stored", what, fmt.Sprintf("the payment is stored as %v, no error", work.after), fmt.Sprintf("%v, %v", w.stored.Status, err),
					"the provider has the customer's money, and the shop does not know it"})
			}
			zzdBounded(t, w, what)
		}
	}
}

// zzdBounded judges the contexts of all transactions.
func zzdBounded(t *testing.T, w *zzdWallet, what string) {
	t.Helper()
	for _, tx := range w.transactions {
		if tx.left != zzdRecord.String() {
			zzdFail(t, zzdFailure{"bound", what + ": the time that the transaction has", zzdRecord.String() + ", the RecordTimeout", tx.left,
				"the request does not bound this work any more: without a bound of its own it waits for ever when the database does not answer"})
		}
		if tx.value != "trace" {
			zzdFail(t, zzdFailure{"values", what + ": the context of the transaction has lost the values of the request", "trace", tx.value, "the logger, the correlation id and the trace are in them"})
		}
		if tx.ctx.Err() == nil {
			zzdFail(t, zzdFailure{"released", what + ": the transaction has ended, and its context has not", "an ended context", "its timer runs on: " + zzdLeft(tx.ctx),
				"contexts that are not released stay in memory until their deadline"})
		}
	}
}

// zzdVoided is a Find of a charge that the provider does not know: the payment is stored as VOIDING, voided, and stored as VOIDED.
func zzdVoided(w *zzdWallet, ctx context.Context) error {
	w.answer = payment.ErrNoCharge
	_, err := w.engine.Find(ctx, w.payment())
	return err
}

// zzdOwnTime judges that each transaction has its full time.
func zzdOwnTime(t *testing.T) {
	w := zzdNew(t, domain.PaymentPending)
	w.slow = 3 * time.Second
	w.provider = func(context.Context) error { time.Sleep(3 * time.Second); return nil }
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), zzdKey{}, "trace"), time.Minute)
	defer cancel()
	err := zzdVoided(w, ctx)
	if err != nil || w.stored.Status != domain.PaymentVoided {
		zzdFail(t, zzdFailure{"own-time", "Find of an unknown charge, when each of 2 transactions and 2 calls of the provider takes 3s", "VOIDED, no error",
			fmt.Sprintf("%v, %v", w.stored.Status, err), "a time that several steps share is over for the last of them when the first was slow"})
	}
	zzdBounded(t, w, "Find of an unknown charge")
}

// zzdFrozenDatabase judges a database that does not answer.
func zzdFrozenDatabase(t *testing.T) {
	for _, work := range zzdWorks() {
		w := zzdNew(t, work.before)
		w.answer, w.frozen = work.answer, true
		begin := time.Now()
		ctx, hangUp := context.WithCancel(t.Context())
		defer hangUp()
		time.AfterFunc(time.Second, hangUp)
		err := work.do(w, ctx)
		if took := time.Since(begin); !errors.Is(err, context.DeadlineExceeded) || took != zzdRecord || w.stored.Status != work.before {
			zzdFail(t, zzdFailure{"frozen", work.name + ", and the database does not answer", "DeadlineExceeded after the RecordTimeout of 5s, nothing stored",
				fmt.Sprintf("%v after %v, %v", err, took, w.stored.Status), "detached work without an end is a leak: each payment leaves one more goroutine and one more connection behind"})
		}
	}
}

// zzdProviderEnds judges that calls of the provider are not detached.
func zzdProviderEnds(t *testing.T) {
	for name, do := range map[string]func(*zzdWallet, context.Context) error{"Charge": zzdWorks()[0].do, "Find": zzdWorks()[2].do} {
		w := zzdNew(t, domain.PaymentPending)
		w.provider = zzdFrozen
		zzdGone(t, w, name, do)
	}
}

// zzdVoidEnds judges the calls of Void: by Find, and by Book when the wallet refuses the money.
func zzdVoidEnds(t *testing.T) {
	w := zzdNew(t, domain.PaymentPending)
	w.provider = func(ctx context.Context) error {
		if len(w.calls) == 1 {
			return nil // Find
		}
		return zzdFrozen(ctx)
	}
	zzdGone(t, w, "Void, after Find of an unknown charge", zzdVoided)

	full := zzdNew(t, domain.PaymentCharged)
	full.balance = domain.MaxBalance
	full.provider = zzdFrozen
	zzdGone(t, full, "Void, after Book with a wallet that is full", func(w *zzdWallet, ctx context.Context) error {
		_, err := w.engine.Book(ctx, w.payment())
		if err != nil {
			return err
		}
		return context.Canceled // Book reports the void that is still to be done in the log
	})
	if full.stored.Status != domain.PaymentVoiding {
		zzdFail(t, zzdFailure{"stored", "Book with a wallet that is full, and the client hangs up during Void", "VOIDING is stored", string(full.stored.Status), "the scanner finds what is to be voided by its status"})
	}
}

// zzdGone judges work whose last call of the provider is frozen, and whose client hangs up after 1s.
func zzdGone(t *testing.T, w *zzdWallet, name string, do func(*zzdWallet, context.Context) error) {
	t.Helper()
	begin := time.Now()
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	time.AfterFunc(time.Second, hangUp)
	err := do(w, ctx)
	if took := time.Since(begin); took != time.Second || err == nil || len(w.calls) == 0 || w.calls[len(w.calls)-1].left != "no deadline" {
		seen := fmt.Sprintf("%v after %v", err, took)
		if len(w.calls) > 0 {
			seen += "; the provider was called with: " + w.calls[len(w.calls)-1].left
		}
		zzdFail(t, zzdFailure{"provider", name + ": the client hangs up after 1s, while the provider does not answer", "the call of the provider ends after 1s, with an error; it has the deadline of the request: no deadline", seen,
			"the outcome is unknown and nothing has to be stored: waiting longer is work for a client that is gone"})
	}
}
