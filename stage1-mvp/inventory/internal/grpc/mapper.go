package grpc

import (
	"github.com/samber/lo"

	inventoryv1 "stagecraft/stage1-mvp/gen/inventory/v1"
	"stagecraft/stage1-mvp/inventory/internal/usecase/dto"
)

func fromStock(s dto.Stock) *inventoryv1.Stock {
	return &inventoryv1.Stock{Sku: s.SKU, Available: s.Available, Reserved: s.Reserved, Version: s.Version}
}

func toReserve(req *inventoryv1.ReserveRequest) dto.Reserve {
	return dto.Reserve{
		SagaID:   req.GetSagaId(),
		StepName: req.GetStepName(),
		OrderID:  req.GetOrderId(),
		Items: lo.Map(req.GetItems(), func(item *inventoryv1.StockItem, _ int) dto.Item {
			return dto.Item{SKU: item.GetSku(), Quantity: item.GetQuantity()}
		}),
	}
}

func toRelease(req *inventoryv1.ReleaseRequest) dto.Release {
	return dto.Release{SagaID: req.GetSagaId(), StepName: req.GetStepName(), OrderID: req.GetOrderId()}
}
