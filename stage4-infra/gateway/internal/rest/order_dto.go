package rest

import (
	"strings"
	"time"

	"github.com/samber/lo"

	orderv1 "shop/gen/order/v1"
)

type createOrderBody struct {
	Items []createOrderItem `json:"items" binding:"required,min=1,max=100,dive"`
	// ExpectedTotal is what the buyer was shown; nil if they accept any total.
	ExpectedTotal *expectedTotal `json:"expected_total"`
}

type expectedTotal struct {
	// A pointer: zero is an amount, absent is not.
	MinorUnits *int64 `json:"minor_units" binding:"required,min=0"`
	Currency   string `json:"currency" binding:"required,len=3,alpha,uppercase"`
}

type createOrderItem struct {
	SKU      string `json:"sku" binding:"required,max=64"`
	Quantity int32  `json:"quantity" binding:"min=1,max=1000000"`
}

type pageQuery struct {
	PageSize int32  `form:"page_size" binding:"min=0"`
	Cursor   string `form:"cursor" binding:"max=1024"`
}

type orderURI struct {
	ID string `uri:"id" binding:"required,uuid_rfc4122"`
}

type orderJSON struct {
	ID      string          `json:"id"`
	BuyerID string          `json:"buyer_id"`
	Status  string          `json:"status"`
	Items   []orderItemJSON `json:"items"`
	Total   moneyJSON       `json:"total"`
	// CancelReason is the reason alone, for clients that do not know cancellation yet.
	CancelReason string            `json:"cancel_reason"`
	Cancellation *cancellationJSON `json:"cancellation,omitempty"`
	// Payment is only in lists.
	Payment   string    `json:"payment,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

type cancellationJSON struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

type orderItemJSON struct {
	SKU string `json:"sku"`
	// ProductName is only in lists, and only once it is known.
	ProductName string `json:"product_name,omitempty"`
	Quantity    int32  `json:"quantity"`
	UnitPrice   int64  `json:"unit_price"`
}

type orderPageJSON struct {
	Orders     []orderJSON `json:"orders"`
	NextCursor string      `json:"next_cursor"`
}

type moneyJSON struct {
	MinorUnits int64  `json:"minor_units"`
	Currency   string `json:"currency"`
}

func toOrderItems(items []createOrderItem) []*orderv1.NewOrderItem {
	return lo.Map(items, func(item createOrderItem, _ int) *orderv1.NewOrderItem {
		return &orderv1.NewOrderItem{Sku: item.SKU, Quantity: item.Quantity}
	})
}

func toExpectedTotal(total *expectedTotal) *orderv1.Money {
	if total == nil {
		return nil
	}
	return &orderv1.Money{MinorUnits: *total.MinorUnits, Currency: total.Currency}
}

func fromOrder(o *orderv1.Order) orderJSON {
	return orderJSON{
		ID:      o.GetId(),
		BuyerID: o.GetBuyerId(),
		Status:  strings.TrimPrefix(o.GetStatus().String(), "ORDER_STATUS_"),
		Items: lo.Map(o.GetItems(), func(item *orderv1.OrderItem, _ int) orderItemJSON {
			return orderItemJSON{
				SKU: item.GetSku(), ProductName: item.GetProductName(), Quantity: item.GetQuantity(), UnitPrice: item.GetUnitPrice(),
			}
		}),
		Total:        moneyJSON{MinorUnits: o.GetTotal().GetMinorUnits(), Currency: o.GetTotal().GetCurrency()},
		CancelReason: o.GetCancelReason(), //nolint:staticcheck // Deprecated in the contract, and still promised to clients.
		Cancellation: fromCancellation(o.GetCancellation()),
		Payment:      fromPayment(o.GetPayment()),
		CreatedAt:    o.GetCreatedAt().AsTime(),
		UpdatedAt:    o.GetUpdatedAt().AsTime(),
	}
}

func fromPayment(state orderv1.PaymentState) string {
	if state == orderv1.PaymentState_PAYMENT_STATE_UNSPECIFIED {
		return ""
	}
	return strings.TrimPrefix(state.String(), "PAYMENT_STATE_")
}

func fromCancellation(c *orderv1.Cancellation) *cancellationJSON {
	if c == nil {
		return nil
	}
	return &cancellationJSON{Code: c.GetCode(), Reason: c.GetReason()}
}

func fromOrders(orders []*orderv1.Order) []orderJSON {
	return lo.Map(orders, func(o *orderv1.Order, _ int) orderJSON { return fromOrder(o) })
}
