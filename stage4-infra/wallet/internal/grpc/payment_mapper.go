package grpc

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	walletv1 "shop/gen/wallet/v1"
	"shop/wallet/internal/usecase/dto"
)

func fromPayment(p dto.Payment) *walletv1.TopUp {
	return &walletv1.TopUp{
		Id:            p.ID,
		UserId:        p.UserID,
		Status:        walletv1.TopUpStatus(walletv1.TopUpStatus_value["TOP_UP_STATUS_"+p.Status]),
		Amount:        &walletv1.Money{MinorUnits: p.MinorUnits, Currency: p.Currency},
		FailureReason: p.FailureReason,
		CreatedAt:     timestamppb.New(p.CreatedAt),
	}
}

func toPayIn(caller dto.Caller, req *walletv1.PaymentServiceTopUpRequest) dto.PayIn {
	return dto.PayIn{
		Caller:         caller,
		MinorUnits:     req.GetAmount().GetMinorUnits(),
		Currency:       req.GetAmount().GetCurrency(),
		Source:         req.GetSource(),
		IdempotencyKey: req.GetIdempotencyKey(),
	}
}
