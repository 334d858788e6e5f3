// Package grpc is how others reach wallet.
package grpc

import (
	"context"

	"github.com/samber/lo"

	walletv1 "stagecraft/stage1-mvp/gen/wallet/v1"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
)

// Handler turns requests into calls of use cases. Errors leave it as they are: the server maps them, once.
type Handler struct {
	walletv1.UnimplementedWalletServiceServer

	getWallet   *usecase.GetWallet
	topUp       *usecase.TopUp
	listEntries *usecase.ListEntries
	deduct      *usecase.Deduct
	refund      *usecase.Refund
}

// NewHandler returns the handler of all use cases.
func NewHandler(
	getWallet *usecase.GetWallet, topUp *usecase.TopUp, listEntries *usecase.ListEntries,
	deduct *usecase.Deduct, refund *usecase.Refund,
) *Handler {
	return &Handler{getWallet: getWallet, topUp: topUp, listEntries: listEntries, deduct: deduct, refund: refund}
}

// GetWallet implements WalletService.
func (h *Handler) GetWallet(ctx context.Context, req *walletv1.GetWalletRequest) (*walletv1.GetWalletResponse, error) {
	wallet, err := h.getWallet.Execute(ctx, req.GetUserId(), req.GetCurrency())
	if err != nil {
		return nil, err
	}
	return &walletv1.GetWalletResponse{Wallet: fromWallet(wallet)}, nil
}

// TopUp implements WalletService.
func (h *Handler) TopUp(ctx context.Context, req *walletv1.TopUpRequest) (*walletv1.TopUpResponse, error) {
	wallet, replayed, err := h.topUp.Execute(ctx, toTopUpInput(req))
	if err != nil {
		return nil, err
	}
	return &walletv1.TopUpResponse{Wallet: fromWallet(wallet), Replayed: replayed}, nil
}

// ListEntries implements WalletService.
func (h *Handler) ListEntries(ctx context.Context, req *walletv1.ListEntriesRequest) (*walletv1.ListEntriesResponse, error) {
	page, err := h.listEntries.Execute(ctx, toListEntriesInput(req))
	if err != nil {
		return nil, err
	}
	return &walletv1.ListEntriesResponse{Entries: lo.Map(page.Entries, fromEntry), NextPageToken: page.NextCursor}, nil
}

// Deduct implements WalletService.
func (h *Handler) Deduct(ctx context.Context, req *walletv1.DeductRequest) (*walletv1.DeductResponse, error) {
	left, err := h.deduct.Execute(ctx, toDeductInput(req))
	if err != nil {
		return nil, err
	}
	return &walletv1.DeductResponse{Balance: fromWallet(left).GetBalance()}, nil
}

// Refund implements WalletService.
func (h *Handler) Refund(ctx context.Context, req *walletv1.RefundRequest) (*walletv1.RefundResponse, error) {
	refunded, err := h.refund.Execute(ctx, toRefundInput(req))
	if err != nil {
		return nil, err
	}
	return &walletv1.RefundResponse{Refunded: refunded}, nil
}
