package grpc_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	walletv1 "shop/gen/wallet/v1"
	"shop/platform/auth"
	"shop/wallet/internal/grpc"
)

func TestRules(t *testing.T) {
	t.Parallel()
	everyone := []auth.Role{auth.Customer, auth.Admin} // the use cases check who owns the wallet
	assert.Equal(t, auth.Rules{
		walletv1.WalletService_GetWallet_FullMethodName:   everyone,
		walletv1.WalletService_ListEntries_FullMethodName: everyone,
		walletv1.WalletService_TopUp_FullMethodName:       {auth.Admin},
		walletv1.WalletService_Deduct_FullMethodName:      {auth.Service},
		walletv1.WalletService_Refund_FullMethodName:      {auth.Service},
		walletv1.PaymentService_TopUp_FullMethodName:      {auth.Customer},
		walletv1.PaymentService_GetTopUp_FullMethodName:   everyone,
	}, grpc.Rules())
	wallets, payments := walletv1.WalletService_ServiceDesc, walletv1.PaymentService_ServiceDesc
	assert.Len(t, grpc.Rules(), len(wallets.Methods)+len(payments.Methods), "every method needs a rule")
}
