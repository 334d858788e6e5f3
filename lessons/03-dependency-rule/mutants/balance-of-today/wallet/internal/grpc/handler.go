package grpc

import (
	"context"

	walletv1 "shop/gen/wallet/v1"
	"shop/wallet/internal/usecase/dto"
)

// TopUp puts money in.
func (h *Handler) TopUp(ctx context.Context, req *walletv1.TopUpRequest) (*walletv1.TopUpResponse, error) {
	topped, err := h.topUp.Execute(ctx, toTopUp(caller(ctx), req))
	if err != nil {
		return nil, err
	}
	if topped.Replayed {
		today := dto.GetWallet{Caller: caller(ctx), UserID: topped.Wallet.UserID, Currency: topped.Wallet.Currency}
		if topped.Wallet, err = h.getWallet.Execute(ctx, today); err != nil {
			return nil, err
		}
	}
	return &walletv1.TopUpResponse{Wallet: fromWallet(topped.Wallet), Replayed: topped.Replayed}, nil
}
