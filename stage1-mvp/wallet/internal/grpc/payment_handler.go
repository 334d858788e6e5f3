package grpc

import (
	"context"

	walletv1 "stagecraft/stage1-mvp/gen/wallet/v1"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// PaymentHandler implements walletv1.PaymentServiceServer.
type PaymentHandler struct {
	walletv1.UnimplementedPaymentServiceServer

	payIn       *usecase.PayIn
	getTopUp    *usecase.GetTopUp
	refundTopUp *usecase.RefundTopUp
}

// NewPaymentHandler returns the handler of the use cases that involve the payment provider.
func NewPaymentHandler(payIn *usecase.PayIn, getTopUp *usecase.GetTopUp, refundTopUp *usecase.RefundTopUp) *PaymentHandler {
	return &PaymentHandler{payIn: payIn, getTopUp: getTopUp, refundTopUp: refundTopUp}
}

// paymentRules are the part of Rules for PaymentService.
func paymentRules() auth.Rules {
	return auth.Rules{
		walletv1.PaymentService_TopUp_FullMethodName:       {auth.Customer},
		walletv1.PaymentService_GetTopUp_FullMethodName:    {auth.Customer, auth.Admin},
		walletv1.PaymentService_RefundTopUp_FullMethodName: {auth.Customer, auth.Admin},
	}
}

// TopUp charges a card and puts the money in.
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

// RefundTopUp gives the money back to the card.
func (h *PaymentHandler) RefundTopUp(ctx context.Context, req *walletv1.RefundTopUpRequest) (*walletv1.RefundTopUpResponse, error) {
	refunded, err := h.refundTopUp.Execute(ctx, dto.RefundTopUp{
		Caller: caller(ctx), PaymentID: req.GetId(), IdempotencyKey: req.GetIdempotencyKey(),
	})
	if err != nil {
		return nil, err
	}
	return &walletv1.RefundTopUpResponse{TopUp: fromPayment(refunded.Payment), Replayed: refunded.Replayed}, nil
}
