// Package grpc serves the use cases as wallet.v1.WalletService and wallet.v1.PaymentService. It only translates
// messages; the server maps errors.
package grpc

import (
	"context"
	"maps"

	walletv1 "shop/gen/wallet/v1"
	"shop/platform/auth"
	"shop/wallet/internal/usecase"
	"shop/wallet/internal/usecase/dto"
)

// Handler implements walletv1.WalletServiceServer.
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

// Rules returns the roles that may call each method. A method without a rule is denied; the use cases check who owns the wallet.
func Rules() auth.Rules {
	rules := auth.Rules{
		walletv1.WalletService_GetWallet_FullMethodName: {auth.Customer, auth.Admin},
		// At a cash desk. Customers pay by card through PaymentService.
		walletv1.WalletService_TopUp_FullMethodName:       {auth.Admin},
		walletv1.WalletService_ListEntries_FullMethodName: {auth.Customer, auth.Admin},
		walletv1.WalletService_Deduct_FullMethodName:      {auth.Service},
		walletv1.WalletService_Refund_FullMethodName:      {auth.Service},
	}
	maps.Copy(rules, paymentRules())
	return rules
}

// GetWallet returns a balance.
func (h *Handler) GetWallet(ctx context.Context, req *walletv1.GetWalletRequest) (*walletv1.GetWalletResponse, error) {
	wallet, err := h.getWallet.Execute(ctx, dto.GetWallet{
		Caller: caller(ctx), UserID: req.GetUserId(), Currency: req.GetCurrency(),
	})
	if err != nil {
		return nil, err
	}
	return &walletv1.GetWalletResponse{Wallet: fromWallet(wallet)}, nil
}

// TopUp adds money at the cash desk.
func (h *Handler) TopUp(ctx context.Context, req *walletv1.TopUpRequest) (*walletv1.TopUpResponse, error) {
	topped, err := h.topUp.Execute(ctx, toTopUp(caller(ctx), req))
	if err != nil {
		return nil, err
	}
	return &walletv1.TopUpResponse{Wallet: fromWallet(topped.Wallet), Replayed: topped.Replayed}, nil
}

// ListEntries returns a page of a ledger.
func (h *Handler) ListEntries(ctx context.Context, req *walletv1.ListEntriesRequest) (*walletv1.ListEntriesResponse, error) {
	page, err := h.listEntries.Execute(ctx, toListEntries(caller(ctx), req))
	if err != nil {
		return nil, err
	}
	return &walletv1.ListEntriesResponse{Entries: fromEntries(page.Entries), NextPageToken: page.Next}, nil
}

// Deduct takes money for an order.
func (h *Handler) Deduct(ctx context.Context, req *walletv1.DeductRequest) (*walletv1.DeductResponse, error) {
	left, err := h.deduct.Execute(ctx, ToDeduct(caller(ctx), req))
	if err != nil {
		return nil, err
	}
	return &walletv1.DeductResponse{Balance: fromWallet(left).GetBalance()}, nil
}

// Refund undoes a Deduct.
func (h *Handler) Refund(ctx context.Context, req *walletv1.RefundRequest) (*walletv1.RefundResponse, error) {
	refunded, err := h.refund.Execute(ctx, ToRefund(caller(ctx), req))
	if err != nil {
		return nil, err
	}
	return &walletv1.RefundResponse{Refunded: refunded}, nil
}

// caller returns the authenticated user, or the user on whose behalf a service acts.
func caller(ctx context.Context) dto.Caller {
	p, _ := auth.FromContext(ctx)
	return dto.Caller{UserID: p.UserID(), Admin: p.Has(auth.Admin)}
}
