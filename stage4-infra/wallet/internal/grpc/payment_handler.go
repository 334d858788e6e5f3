package grpc

import (
	"context"

	walletv1 "shop/gen/wallet/v1"
	"shop/platform/auth"
	"shop/wallet/internal/usecase"
)

// PaymentHandler implements walletv1.PaymentServiceServer.
type PaymentHandler struct {
	walletv1.UnimplementedPaymentServiceServer

	payIn    *usecase.PayIn
	getTopUp *usecase.GetTopUp
}

// NewPaymentHandler returns the handler of top-ups by card.
func NewPaymentHandler(payIn *usecase.PayIn, getTopUp *usecase.GetTopUp) *PaymentHandler {
	return &PaymentHandler{payIn: payIn, getTopUp: getTopUp}
}

// paymentRules is the part of Rules for PaymentService.
func paymentRules() auth.Rules {
	return auth.Rules{
		walletv1.PaymentService_TopUp_FullMethodName:    {auth.Customer},
		walletv1.PaymentService_GetTopUp_FullMethodName: {auth.Customer, auth.Admin},
	}
}

// TopUp charges a card and books the money.
func (h *PaymentHandler) TopUp(
	ctx context.Context, req *walletv1.PaymentServiceTopUpRequest,
) (*walletv1.PaymentServiceTopUpResponse, error) {
	paid, err := h.payIn.Execute(ctx, toPayIn(caller(ctx), req))
	if err != nil {
		return nil, err
	}
	return &walletv1.PaymentServiceTopUpResponse{
		Wallet: fromWallet(paid.Wallet), TopUp: fromPayment(paid.Payment), Replayed: paid.Replayed,
	}, nil
}

// GetTopUp returns one top-up.
func (h *PaymentHandler) GetTopUp(ctx context.Context, req *walletv1.GetTopUpRequest) (*walletv1.GetTopUpResponse, error) {
	payment, err := h.getTopUp.Execute(ctx, caller(ctx), req.GetId())
	if err != nil {
		return nil, err
	}
	return &walletv1.GetTopUpResponse{TopUp: fromPayment(payment)}, nil
}
