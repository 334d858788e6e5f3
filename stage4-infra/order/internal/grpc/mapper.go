package grpc

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

func toItems(items []*orderv1.NewOrderItem) []dto.NewItem {
	out := make([]dto.NewItem, len(items))
	for i, item := range items {
		out[i] = dto.NewItem{SKU: item.GetSku(), Quantity: item.GetQuantity()}
	}
	return out
}

func toMoney(m *orderv1.Money) *dto.Money {
	if m == nil {
		return nil
	}
	return &dto.Money{MinorUnits: m.GetMinorUnits(), Currency: m.GetCurrency()}
}

func fromOrders(orders []query.Order) []*orderv1.Order {
	out := make([]*orderv1.Order, len(orders))
	for i, order := range orders {
		out[i] = fromOrder(order)
	}
	return out
}

// fromListed adds what only lists have.
func fromListed(orders []query.Order) []*orderv1.Order {
	out := fromOrders(orders)
	for i, order := range orders {
		out[i].Payment = payments[order.Payment]
	}
	return out
}

var payments = map[query.Payment]orderv1.PaymentState{
	query.PaymentNone:     orderv1.PaymentState_PAYMENT_STATE_NONE,
	query.PaymentDeducted: orderv1.PaymentState_PAYMENT_STATE_DEDUCTED,
	query.PaymentRefunded: orderv1.PaymentState_PAYMENT_STATE_REFUNDED,
}

func fromOrder(o query.Order) *orderv1.Order {
	items := make([]*orderv1.OrderItem, len(o.Items))
	for i, item := range o.Items {
		items[i] = &orderv1.OrderItem{Sku: item.SKU, Quantity: item.Quantity, UnitPrice: item.UnitPrice, ProductName: item.Name}
	}
	return &orderv1.Order{
		Id:           o.ID,
		BuyerId:      o.BuyerID,
		Status:       orderv1.OrderStatus(o.Status),
		Items:        items,
		Total:        &orderv1.Money{MinorUnits: o.TotalMinor, Currency: o.Currency},
		CancelReason: o.CancelReason, //nolint:staticcheck // Deprecated, and filled as long as a client may read it.
		Cancellation: fromCancellation(o),
		Version:      o.Version,
		CreatedAt:    timestamppb.New(o.CreatedAt),
		UpdatedAt:    timestamppb.New(o.UpdatedAt),
	}
}

func fromCancellation(o query.Order) *orderv1.Cancellation {
	if o.CancelCode == "" {
		return nil
	}
	return &orderv1.Cancellation{Code: o.CancelCode, Reason: o.CancelReason}
}

func fromResults(results []dto.OrderResult) []*orderv1.OrderResult {
	out := make([]*orderv1.OrderResult, len(results))
	for i, result := range results {
		out[i] = &orderv1.OrderResult{Id: result.ID}
		if result.Err != nil {
			out[i].Code, out[i].Reason, out[i].Message = int32(result.Err.Code), result.Err.Reason, result.Err.Message
			continue
		}
		out[i].Order = fromOrder(result.Order)
	}
	return out
}

// sorts is a whitelist: other sort orders are refused.
var sorts = map[orderv1.OrderSort]query.Sort{
	orderv1.OrderSort_ORDER_SORT_UNSPECIFIED:     query.SortCreatedAtDesc,
	orderv1.OrderSort_ORDER_SORT_CREATED_AT_DESC: query.SortCreatedAtDesc,
	orderv1.OrderSort_ORDER_SORT_CREATED_AT_ASC:  query.SortCreatedAtAsc,
	orderv1.OrderSort_ORDER_SORT_TOTAL_DESC:      query.SortTotalDesc,
	orderv1.OrderSort_ORDER_SORT_TOTAL_ASC:       query.SortTotalAsc,
}

func toSort(asked orderv1.OrderSort) (query.Sort, error) {
	sort, ok := sorts[asked]
	if !ok {
		return 0, errs.New(errs.InvalidInput, "INVALID_SORT", "orders cannot be sorted like this")
	}
	return sort, nil
}
