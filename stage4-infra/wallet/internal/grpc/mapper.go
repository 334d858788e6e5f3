package grpc

import (
	"github.com/samber/lo"
	"google.golang.org/protobuf/types/known/timestamppb"

	walletv1 "shop/gen/wallet/v1"
	"shop/wallet/internal/usecase/dto"
)

func fromWallet(w dto.Wallet) *walletv1.Wallet {
	return &walletv1.Wallet{
		UserId:  w.UserID,
		Balance: &walletv1.Money{MinorUnits: w.MinorUnits, Currency: w.Currency},
		Version: w.Version,
	}
}

func fromEntry(e dto.Entry) *walletv1.Entry {
	return &walletv1.Entry{
		Id:        e.ID,
		Kind:      walletv1.EntryKind(e.Kind),
		Amount:    &walletv1.Money{MinorUnits: e.MinorUnits, Currency: e.Currency},
		Reference: e.Reference,
		CreatedAt: timestamppb.New(e.CreatedAt),
	}
}

func fromEntries(entries []dto.Entry) []*walletv1.Entry {
	return lo.Map(entries, func(e dto.Entry, _ int) *walletv1.Entry { return fromEntry(e) })
}

func toTopUp(caller dto.Caller, req *walletv1.TopUpRequest) dto.TopUp {
	return dto.TopUp{
		Caller:         caller,
		UserID:         req.GetUserId(),
		MinorUnits:     req.GetAmount().GetMinorUnits(),
		Currency:       req.GetAmount().GetCurrency(),
		IdempotencyKey: req.GetIdempotencyKey(),
	}
}

func toListEntries(caller dto.Caller, req *walletv1.ListEntriesRequest) dto.ListEntries {
	return dto.ListEntries{
		Caller:   caller,
		UserID:   req.GetUserId(),
		Currency: req.GetCurrency(),
		Size:     req.GetPageSize(),
		Cursor:   req.GetPageToken(),
	}
}

// ToDeduct returns the input of the use case.
func ToDeduct(caller dto.Caller, req *walletv1.DeductRequest) dto.Deduct {
	return dto.Deduct{
		Caller:     caller,
		SagaID:     req.GetSagaId(),
		StepName:   req.GetStepName(),
		OrderID:    req.GetOrderId(),
		UserID:     req.GetUserId(),
		MinorUnits: req.GetAmount().GetMinorUnits(),
		Currency:   req.GetAmount().GetCurrency(),
	}
}

// ToRefund returns the input of the use case.
func ToRefund(caller dto.Caller, req *walletv1.RefundRequest) dto.Refund {
	return dto.Refund{Caller: caller, SagaID: req.GetSagaId(), StepName: req.GetStepName(), OrderID: req.GetOrderId()}
}
