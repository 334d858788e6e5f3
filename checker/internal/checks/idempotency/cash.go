package idempotency

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"

	"stagecraft/checker/internal/check"
	walletv1 "stagecraft/stage1-mvp/gen/wallet/v1"
)

// cashLimit is generous: nothing here is about speed.
const cashLimit = 10 * time.Second

// cashAnswer is what the cash desk said: a balance, or a code of the shop.
type cashAnswer struct {
	balance int64
	code    int // 0 for success
	text    string
}

// String is the answer in a line.
func (a cashAnswer) String() string { return a.text }

// cash puts money into a wallet at the cash desk: by gRPC, as an admin, without a card. It is the one request whose key nobody but
// TopUp.Execute looks at; a payment by card has a record of its own, which would hide what TopUp forgets.
func (s *shop) cash(user, key string, minorUnits int64, currency string) cashAnswer {
	ctx, cancel := context.WithTimeout(s.AsAdmin(s.t.Context()), cashLimit)
	defer cancel()
	answer, err := s.Wallet.TopUp(ctx, &walletv1.TopUpRequest{
		UserId: user, Amount: &walletv1.Money{MinorUnits: minorUnits, Currency: currency}, IdempotencyKey: key,
	})
	if err == nil {
		balance := answer.GetWallet().GetBalance().GetMinorUnits()
		return cashAnswer{balance: balance, text: "OK, " + wallet(balance)}
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

// paidIn fails unless the money was taken.
func (s *shop) paidIn(doing string, a cashAnswer) {
	s.t.True(a.code == 0, check.Failure{Sentence: doing + ": refused", Expected: "a balance", Seen: a.String()})
}
