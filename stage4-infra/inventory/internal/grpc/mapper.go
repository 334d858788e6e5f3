package grpc

import (
	"github.com/samber/lo"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/inventory/internal/usecase/dto"
)

func fromProduct(p dto.Product) *inventoryv1.Product {
	return &inventoryv1.Product{
		Sku: p.SKU, Name: p.Name, UnitPrice: &inventoryv1.Money{MinorUnits: p.UnitPrice, Currency: p.Currency}, Version: p.Version,
	}
}

func fromProducts(products []dto.Product) []*inventoryv1.Product {
	return lo.Map(products, func(p dto.Product, _ int) *inventoryv1.Product { return fromProduct(p) })
}

func fromStock(s dto.Stock) *inventoryv1.Stock {
	return &inventoryv1.Stock{Sku: s.SKU, Available: s.Available, Reserved: s.Reserved, Version: s.Version}
}

// Step is the part that the requests of all steps have.
type Step interface {
	GetSagaId() string
	GetStepName() string
	GetOrderId() string
}

// ToStep returns the input of the use case.
func ToStep(req Step) dto.Step {
	return dto.Step{SagaID: req.GetSagaId(), StepName: req.GetStepName(), OrderID: req.GetOrderId()}
}

// ToReserve returns the input of the use case.
func ToReserve(req *inventoryv1.ReserveRequest) dto.Reserve {
	return dto.Reserve{
		Step: ToStep(req),
		Items: lo.Map(req.GetItems(), func(item *inventoryv1.StockItem, _ int) dto.Item {
			return dto.Item{SKU: item.GetSku(), Quantity: item.GetQuantity()}
		}),
	}
}
