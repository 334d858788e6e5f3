package grpc

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	orderv1 "stagecraft/stage1-mvp/gen/order/v1"
	"stagecraft/stage1-mvp/order/internal/usecase/dto"
)

func fromItems(items []*orderv1.OrderItem) []dto.Item {
	out := make([]dto.Item, len(items))
	for i, item := range items {
		out[i] = dto.Item{SKU: item.GetSku(), Quantity: item.GetQuantity(), UnitPrice: item.GetUnitPrice()}
	}
	return out
}

func toOrders(orders []dto.Order) []*orderv1.Order {
	out := make([]*orderv1.Order, len(orders))
	for i, order := range orders {
		out[i] = toOrder(order)
	}
	return out
}

func toOrder(o dto.Order) *orderv1.Order {
	items := make([]*orderv1.OrderItem, len(o.Items))
	for i, item := range o.Items {
		items[i] = &orderv1.OrderItem{Sku: item.SKU, Quantity: item.Quantity, UnitPrice: item.UnitPrice}
	}
	return &orderv1.Order{
		Id:           o.ID,
		BuyerId:      o.BuyerID,
		Status:       orderv1.OrderStatus(o.Status),
		Items:        items,
		Total:        &orderv1.Money{MinorUnits: o.TotalMinor, Currency: o.Currency},
		CancelReason: o.CancelReason,
		Version:      o.Version,
		CreatedAt:    timestamppb.New(o.CreatedAt),
		UpdatedAt:    timestamppb.New(o.UpdatedAt),
	}
}
