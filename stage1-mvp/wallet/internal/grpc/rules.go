package grpc

import (
	walletv1 "stagecraft/stage1-mvp/gen/wallet/v1"
	"stagecraft/stage1-mvp/platform/auth"
)

// rules say who may call what. A method that is missing here is denied to everyone; whose wallet it is, the use cases check.
func rules() auth.Rules {
	return auth.Rules{
		walletv1.WalletService_GetWallet_FullMethodName:   {auth.Customer, auth.Admin},
		walletv1.WalletService_TopUp_FullMethodName:       {auth.Customer, auth.Admin},
		walletv1.WalletService_ListEntries_FullMethodName: {auth.Customer, auth.Admin},
		walletv1.WalletService_Deduct_FullMethodName:      {auth.Service},
		walletv1.WalletService_Refund_FullMethodName:      {auth.Service},
	}
}
