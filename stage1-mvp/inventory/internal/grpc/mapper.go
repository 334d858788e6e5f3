package grpc

import (
	"github.com/samber/lo"

	inventoryv1 "stagecraft/stage1-mvp/gen/inventory/v1"
	"stagecraft/stage1-mvp/inventory/internal/usecase"
)

func fromStock(s usecase.StockDTO) *inventoryv1.Stock {
	return &inventoryv1.Stock{Sku: s.SKU, Available: s.Available, Reserved: s.Reserved, Version: s.Version}
}

func toReserveInput(req *inventoryv1.ReserveRequest) usecase.ReserveInput {
	return usecase.ReserveInput{
		SagaID:   req.GetSagaId(),
		StepName: req.GetStepName(),
		OrderID:  req.GetOrderId(),
		Items: lo.Map(req.GetItems(), func(item *inventoryv1.StockItem, _ int) usecase.ItemDTO {
			return usecase.ItemDTO{SKU: item.GetSku(), Quantity: item.GetQuantity()}
		}),
	}
}

func toReleaseInput(req *inventoryv1.ReleaseRequest) usecase.ReleaseInput {
	return usecase.ReleaseInput{SagaID: req.GetSagaId(), StepName: req.GetStepName(), OrderID: req.GetOrderId()}
}
