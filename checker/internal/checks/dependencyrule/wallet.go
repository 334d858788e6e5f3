package dependencyrule

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"

	walletv1 "shop/gen/wallet/v1"
	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

// maxBalance is what the lesson says that a wallet holds at most.
const maxBalance = 1_000_000_000_000_000

// bank drives the wallet service.
type bank struct {
	t *check.T
	s *stack.Stack
}

// answer is what a client sees: a wallet, or a code and a reason.
type answer struct {
	wallet   *walletv1.Wallet
	replayed bool
	refusal  string // "FailedPrecondition WALLET_FULL", empty for success
	message  string
	code     string // the shop's number, "1003"
}

func open(t *check.T) bank {
	t.Step("start the wallet service on an empty database")
	return bank{t, t.Stack(stack.Options{})}
}

// user returns the id of a new user.
func (b bank) user() string { return b.id("10000000") }

func (b bank) id(head string) string {
	return fmt.Sprintf("%s-0000-4000-8000-%012x", head, b.t.Rand().Uint64()>>16)
}

// topUp puts money in at the cash desk, which only admins may. All keys belong to one caller, so a key contains its customer.
func (b bank) topUp(user, key string, minor int64, currency string) answer {
	ctx, cancel := context.WithTimeout(b.s.AsAdmin(b.t.Context()), callLimit)
	defer cancel()
	response, err := b.s.Wallet.TopUp(ctx, &walletv1.TopUpRequest{
		UserId: user, Amount: &walletv1.Money{MinorUnits: minor, Currency: currency}, IdempotencyKey: key + " of " + user,
	})
	if err != nil {
		return refused(err)
	}
	return answer{wallet: response.GetWallet(), replayed: response.GetReplayed()}
}

// topUpByCard is a payment by card of the user themselves.
func (b bank) topUpByCard(user, key string, minor int64) answer {
	ctx, cancel := b.context(user)
	defer cancel()
	response, err := walletv1.NewPaymentServiceClient(b.s.Service("wallet").Conn()).TopUp(ctx, &walletv1.PaymentServiceTopUpRequest{
		Amount: &walletv1.Money{MinorUnits: minor, Currency: "EUR"}, IdempotencyKey: key,
	})
	if err != nil {
		return refused(err)
	}
	return answer{wallet: response.GetWallet(), replayed: response.GetReplayed()}
}

// mustTopUp tops up and requires the balance afterwards.
func (b bank) mustTopUp(user, key string, minor int64, currency string, after int64, why string) answer {
	a := b.topUp(user, key, minor, currency)
	want := fmt.Sprintf("%d %s in the wallet", after, currency)
	if got := a.wallet.GetBalance(); a.refusal != "" || got.GetMinorUnits() != after || got.GetCurrency() != currency {
		b.t.Fail(check.Failure{
			Sentence: fmt.Sprintf("a top-up of %d %s did not lead to %s", minor, currency, want), Expected: want, Seen: a.String(), Why: why,
		})
	}
	return a
}

// mustRefuse requires WALLET_FULL for a top-up, and that nothing was booked.
func (b bank) mustRefuse(user, key string, minor int64, why string) answer {
	before := b.balance(user)
	a := b.topUp(user, key, minor, "EUR")
	if a.refusal != "FailedPrecondition WALLET_FULL" || a.code != "1003" {
		id := "word"
		if a.refusal == "" {
			id = "booked"
		}
		b.t.Fail(check.Failure{
			ID: id, Sentence: "a full wallet does not say that it is full",
			Expected: "FailedPrecondition WALLET_FULL (1003)", Seen: a.String(), Why: why,
		})
	}
	if now := b.balance(user); now != before {
		b.t.Fail(check.Failure{
			Sentence: "a refused top-up changed the balance", Expected: fmt.Sprintf("%d EUR", before), Seen: fmt.Sprintf("%d EUR", now),
			Why: "A refused request must have no effect.",
		})
	}
	return a
}

func (b bank) balance(user string) int64 {
	minor, err := b.tryBalance(user)
	b.t.NoError("GetWallet", err)
	return minor
}

func (b bank) tryBalance(user string) (int64, error) {
	ctx, cancel := b.context(user)
	defer cancel()
	response, err := b.s.Wallet.GetWallet(ctx, &walletv1.GetWalletRequest{UserId: user, Currency: "EUR"})
	return response.GetWallet().GetBalance().GetMinorUnits(), err
}

func (b bank) entries(user string) int {
	ctx, cancel := b.context(user)
	defer cancel()
	response, err := b.s.Wallet.ListEntries(ctx, &walletv1.ListEntriesRequest{UserId: user, Currency: "EUR", PageSize: 100})
	b.t.NoError("ListEntries", err)
	return len(response.GetEntries())
}

// deduct takes money as a step of a saga, whose id it returns.
func (b bank) deduct(user string, minor int64) (saga, order string) {
	saga, order = b.id("20000000"), b.id("30000000")
	ctx, cancel := context.WithTimeout(b.s.AsService(b.t.Context(), user), callLimit)
	defer cancel()
	_, err := b.s.Wallet.Deduct(ctx, &walletv1.DeductRequest{
		SagaId: saga, StepName: "DEDUCT_BALANCE", OrderId: order, UserId: user, Amount: &walletv1.Money{MinorUnits: minor, Currency: "EUR"},
	})
	b.t.NoError("Deduct", err)
	return saga, order
}

func (b bank) refund(user, saga, order string) (bool, error) {
	ctx, cancel := context.WithTimeout(b.s.AsService(b.t.Context(), user), callLimit)
	defer cancel()
	response, err := b.s.Wallet.Refund(ctx, &walletv1.RefundRequest{SagaId: saga, StepName: "DEDUCT_BALANCE", OrderId: order})
	return response.GetRefunded(), err
}

// callLimit is long, because no check here is about speed.
const callLimit = 10 * time.Second

func (b bank) context(user string) (context.Context, context.CancelFunc) {
	return context.WithTimeout(b.s.AsUser(b.t.Context(), user), callLimit)
}

func refused(err error) answer {
	st := status.Convert(err)
	a := answer{refusal: st.Code().String(), message: st.Message()}
	for _, detail := range st.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			a.refusal += " " + info.GetReason()
			a.code = info.GetMetadata()["code"]
		}
	}
	return a
}

// String is what a client sees.
func (a answer) String() string {
	if a.refusal != "" {
		return fmt.Sprintf("%s (%s): %s", a.refusal, a.code, a.message)
	}
	text := fmt.Sprintf("%d %s, version %d", a.wallet.GetBalance().GetMinorUnits(), a.wallet.GetBalance().GetCurrency(), a.wallet.GetVersion())
	if a.replayed {
		text += ", replayed"
	}
	return text
}
