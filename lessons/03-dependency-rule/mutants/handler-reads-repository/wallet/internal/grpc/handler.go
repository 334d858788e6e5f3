package grpc

import (
	"context"

	walletv1 "shop/gen/wallet/v1"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/usecase"
)

// Handler implements walletv1.WalletServiceServer.
type Handler struct {
	walletv1.UnimplementedWalletServiceServer

	getWallet   *usecase.GetWallet
	topUp       *usecase.TopUp
	listEntries *usecase.ListEntries
	deduct      *usecase.Deduct
	refund      *usecase.Refund
	wallets     domain.WalletRepository
}

// NewHandler returns the handler of all use cases.
func NewHandler(
	getWallet *usecase.GetWallet, topUp *usecase.TopUp, listEntries *usecase.ListEntries,
	deduct *usecase.Deduct, refund *usecase.Refund, wallets domain.WalletRepository,
) *Handler {
	return &Handler{getWallet: getWallet, topUp: topUp, listEntries: listEntries, deduct: deduct, refund: refund, wallets: wallets}
}

// TopUp puts money in.
func (h *Handler) TopUp(ctx context.Context, req *walletv1.TopUpRequest) (*walletv1.TopUpResponse, error) {
	topped, err := h.topUp.Execute(ctx, toTopUp(caller(ctx), req))
	if err != nil {
		return nil, err
	}
	if topped.Replayed {
		wallet, err := h.wallets.Get(ctx, topped.Wallet.UserID, topped.Wallet.Currency)
		if err != nil {
			return nil, err
		}
		topped.Wallet.MinorUnits, topped.Wallet.Version = wallet.Balance().MinorUnits(), wallet.Version()
	}
	return &walletv1.TopUpResponse{Wallet: fromWallet(topped.Wallet), Replayed: topped.Replayed}, nil
}
