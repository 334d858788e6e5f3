package grpc

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	walletv1 "shop/gen/wallet/v1"
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
	pool        *pgxpool.Pool
}

// NewHandler returns the handler of all use cases.
func NewHandler(
	getWallet *usecase.GetWallet, topUp *usecase.TopUp, listEntries *usecase.ListEntries,
	deduct *usecase.Deduct, refund *usecase.Refund, pool *pgxpool.Pool,
) *Handler {
	return &Handler{getWallet: getWallet, topUp: topUp, listEntries: listEntries, deduct: deduct, refund: refund, pool: pool}
}

// TopUp puts money in.
func (h *Handler) TopUp(ctx context.Context, req *walletv1.TopUpRequest) (*walletv1.TopUpResponse, error) {
	topped, err := h.topUp.Execute(ctx, toTopUp(caller(ctx), req))
	if err != nil {
		return nil, err
	}
	if topped.Replayed {
		// The stored answer may be old. Show the customer what is in the wallet today.
		const balance = `SELECT coalesce(sum(amount_minor), 0)::bigint, count(*) FROM ledger_entries WHERE user_id = $1 AND currency = $2`
		row := h.pool.QueryRow(ctx, balance, topped.Wallet.UserID, topped.Wallet.Currency)
		if err := row.Scan(&topped.Wallet.MinorUnits, &topped.Wallet.Version); err != nil {
			return nil, fmt.Errorf("read the balance: %w", err)
		}
	}
	return &walletv1.TopUpResponse{Wallet: fromWallet(topped.Wallet), Replayed: topped.Replayed}, nil
}
