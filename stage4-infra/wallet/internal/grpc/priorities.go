package grpc

import (
	walletv1 "shop/gen/wallet/v1"
	"shop/platform/overload"
)

// priorities say what is refused first under overload.
func priorities() map[string]overload.Priority {
	return map[string]overload.Priority{
		walletv1.PaymentService_TopUp_FullMethodName:      overload.High,
		walletv1.PaymentService_GetTopUp_FullMethodName:   overload.High,
		walletv1.WalletService_Refund_FullMethodName:      overload.High,
		walletv1.WalletService_ListEntries_FullMethodName: overload.Low,
	}
}
