package idempotency

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	walletv1 "shop/gen/wallet/v1"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

// cashLimit bounds one call. It is long, because no check here is about speed.
const cashLimit = 10 * time.Second

// desk is one admin at the cash desk. Money is paid in over gRPC; only TopUp.Execute looks at the key. (A payment by card has its own
// record, which would hide a mistake in TopUp.)
type desk struct {
	*shop
	admin string
}

// desk returns the cash desk of the usual admin.
func (s *shop) desk() desk { return desk{s, stack.AdminID} }

// cashAnswer is the whole answer of the cash desk: a wallet, or an error with a code of the shop.
type cashAnswer struct {
	wallet   *walletv1.Wallet
	replayed bool
	code     int // 0 for success, -1 for an error without a code
	text     string
}

// String returns the answer in a line.
func (a cashAnswer) String() string { return a.text }

// is reports whether both answers have the same fields, apart from the replay flag.
func (a cashAnswer) is(b cashAnswer) bool { return a.text == b.text }

// topUp pays in once.
func (d desk) topUp(user, key string, minorUnits int64, currency string) cashAnswer {
	return d.topUpIn(d.t.Context(), user, key, minorUnits, currency)
}

func (d desk) topUpIn(ctx context.Context, user, key string, minorUnits int64, currency string) cashAnswer {
	ctx, cancel := context.WithTimeout(d.AsUser(ctx, d.admin, "admin"), cashLimit)
	defer cancel()
	answer, err := d.Wallet.TopUp(ctx, &walletv1.TopUpRequest{
		UserId: user, Amount: &walletv1.Money{MinorUnits: minorUnits, Currency: currency}, IdempotencyKey: key,
	}, grpc.WaitForReady(true))
	if err == nil {
		w := answer.GetWallet()
		return cashAnswer{wallet: w, replayed: answer.GetReplayed(), text: fmt.Sprintf("OK, balance %d %s, version %d, user %s",
			w.GetBalance().GetMinorUnits(), w.GetBalance().GetCurrency(), w.GetVersion(), w.GetUserId())}
	}
	a := cashAnswer{code: -1, text: err.Error()}
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			a.code, _ = strconv.Atoi(info.GetMetadata()["code"])
			a.text = fmt.Sprintf("%d %s: %s", a.code, info.GetReason(), status.Convert(err).Message())
		}
	}
	return a
}

// mustTopUp pays in EUR with a new key, and requires the balance, all other fields, and no replay flag.
func (d desk) mustTopUp(doing, user, key string, minorUnits, balance int64) cashAnswer {
	a := d.topUp(user, key, minorUnits, "EUR")
	d.t.True(a.code == 0, check.Failure{Sentence: doing + ": refused", Expected: "a balance", Seen: a.String()})
	got := a.wallet.GetBalance()
	d.t.True(got.GetMinorUnits() == balance && got.GetCurrency() == "EUR" && a.wallet.GetUserId() == user && a.wallet.GetVersion() > 0,
		check.Failure{
			Sentence: doing + ": the answer is not the wallet right after the top-up",
			Expected: fmt.Sprintf("balance %d EUR of user %s, with a version", balance, user), Seen: a.String(),
		})
	d.t.True(!a.replayed, check.Failure{
		Sentence: doing + ": the first answer to a key is marked as a repetition", Expected: "replayed: false", Seen: "replayed: true",
		Why: "a client that counts its payments must be able to tell a new answer from a repeated one",
	})
	return a
}

// mustRepeat sends a request again and requires the whole first answer, marked as a repetition if it was a success.
func (d desk) mustRepeat(first cashAnswer, user, key string, minorUnits int64) {
	again := d.topUp(user, key, minorUnits, "EUR")
	sentence, why := "a repeated top-up got another answer", "the answer belongs to the request; what happened to the wallet since then is another question"
	if first.code != 0 {
		sentence = "a top-up that was refused got another answer when it was repeated"
		why = "a refusal is an answer: the client has given up, and must not be surprised by a booking"
	}
	d.t.True(again.is(first), check.Failure{Sentence: sentence, Expected: first.String(), Seen: again.String(), Why: why})
	d.marked("the repeated top-up", again.code == 0, again.replayed)
}
