package rest_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	walletv1 "shop/gen/wallet/v1"
	"shop/platform/errs"
)

// paymentService is a fake with one top-up, which accepts every card but tok_declined.
type paymentService struct {
	walletv1.PaymentServiceClient
}

const topUpID = "0199a1b2-0000-7000-8000-000000000001"

func payment(status walletv1.TopUpStatus) *walletv1.TopUp {
	return &walletv1.TopUp{
		Id: topUpID, UserId: buyer, Status: status, Amount: fiveEuros,
		CreatedAt: timestamppb.New(time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)),
	}
}

func (paymentService) TopUp(
	_ context.Context, in *walletv1.PaymentServiceTopUpRequest, _ ...grpc.CallOption,
) (*walletv1.PaymentServiceTopUpResponse, error) {
	if in.GetSource() == "tok_declined" {
		return nil, errs.New(errs.Precondition, "PAYMENT_DECLINED", "the card was not charged")
	}
	return &walletv1.PaymentServiceTopUpResponse{
		Replayed: true, Wallet: &walletv1.Wallet{UserId: buyer, Balance: in.GetAmount()},
		TopUp: payment(walletv1.TopUpStatus_TOP_UP_STATUS_BOOKED),
	}, nil
}

func (paymentService) GetTopUp(context.Context, *walletv1.GetTopUpRequest, ...grpc.CallOption) (*walletv1.GetTopUpResponse, error) {
	return &walletv1.GetTopUpResponse{TopUp: payment(walletv1.TopUpStatus_TOP_UP_STATUS_BOOKED)}, nil
}

func TestTopUpHandler_Create_MarksReplays(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	a := g.do(http.MethodPost, "/v1/wallets/me/top-ups", `{"minor_units":500,"currency":"EUR"}`)

	assert.Equal(t, http.StatusCreated, a.Code)
	assert.Equal(t, "true", a.Header().Get("Idempotency-Replayed"))
	assert.Equal(t, "/v1/wallets/me/top-ups/"+topUpID, a.Header().Get("Location"))
	assert.JSONEq(t, `{"user_id":"`+buyer+`","balance":{"minor_units":500,"currency":"EUR"},"top_up":{"id":"`+topUpID+`","status":"BOOKED",
		"amount":{"minor_units":500,"currency":"EUR"},"failure_reason":"","created_at":"2026-01-05T12:00:00Z"}}`, string(a.body.Data))
	assert.Equal(t, http.StatusBadRequest, g.do(http.MethodPost, "/v1/wallets/me/top-ups", `{"minor_units":0,"currency":"EUR"}`).Code)
}

func TestTopUpHandler_Create_DeclinedCard_IsPreconditionAndNotLogged(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	a := g.do(http.MethodPost, "/v1/wallets/me/top-ups", `{"minor_units":500,"currency":"EUR","source":"tok_declined"}`)

	assert.Equal(t, http.StatusConflict, a.Code)
	assert.Equal(t, int(errs.Precondition), a.body.Code)
	assert.Equal(t, "PAYMENT_DECLINED", a.body.Reason)
	assert.NotContains(t, g.log.String(), "tok_declined")
}

func TestTopUpHandler_Get(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	shown := g.do(http.MethodGet, "/v1/wallets/me/top-ups/"+topUpID, "")

	assert.Equal(t, http.StatusOK, shown.Code)
	assert.Contains(t, string(shown.body.Data), `"status":"BOOKED"`)
	assert.Equal(t, http.StatusBadRequest, g.do(http.MethodGet, "/v1/wallets/me/top-ups/mine", "").Code)
}
