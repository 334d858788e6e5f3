package grpc

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	walletv1 "stagecraft/stage1-mvp/gen/wallet/v1"
	"stagecraft/stage1-mvp/wallet/internal/usecase"
)

func fromWallet(w usecase.WalletDTO) *walletv1.Wallet {
	return &walletv1.Wallet{
		UserId:  w.UserID,
		Balance: &walletv1.Money{MinorUnits: w.MinorUnits, Currency: w.Currency},
		Version: w.Version,
	}
}

func fromEntry(e usecase.EntryDTO, _ int) *walletv1.Entry {
	return &walletv1.Entry{
		Id:        e.ID,
		Kind:      walletv1.EntryKind(e.Kind),
		Amount:    &walletv1.Money{MinorUnits: e.MinorUnits, Currency: e.Currency},
		Reference: e.Reference,
		CreatedAt: timestamppb.New(e.CreatedAt),
	}
}

func toTopUpInput(req *walletv1.TopUpRequest) usecase.TopUpInput {
	return usecase.TopUpInput{
		UserID:         req.GetUserId(),
		MinorUnits:     req.GetAmount().GetMinorUnits(),
		Currency:       req.GetAmount().GetCurrency(),
		IdempotencyKey: req.GetIdempotencyKey(),
	}
}

func toListEntriesInput(req *walletv1.ListEntriesRequest) usecase.ListEntriesInput {
	return usecase.ListEntriesInput{
		UserID: req.GetUserId(), Currency: req.GetCurrency(), PageSize: req.GetPageSize(), Cursor: req.GetPageToken(),
	}
}

func toDeductInput(req *walletv1.DeductRequest) usecase.DeductInput {
	return usecase.DeductInput{
		SagaID:     req.GetSagaId(),
		StepName:   req.GetStepName(),
		OrderID:    req.GetOrderId(),
		UserID:     req.GetUserId(),
		MinorUnits: req.GetAmount().GetMinorUnits(),
		Currency:   req.GetAmount().GetCurrency(),
	}
}

func toRefundInput(req *walletv1.RefundRequest) usecase.RefundInput {
	return usecase.RefundInput{SagaID: req.GetSagaId(), StepName: req.GetStepName(), OrderID: req.GetOrderId()}
}
