package grpc

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/query"
)

func fromOrder(o query.Order) *orderv1.Order {
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
		Cancellation: fromCancellation(o),
		Version:      o.Version,
		CreatedAt:    timestamppb.New(o.CreatedAt),
		UpdatedAt:    timestamppb.New(o.UpdatedAt),
	}
}
