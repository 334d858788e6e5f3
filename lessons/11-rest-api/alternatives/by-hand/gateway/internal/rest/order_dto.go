package rest

import (
	"fmt"
	"unicode/utf8"

	"shop/gateway/internal/reply"
	orderv1 "shop/gen/order/v1"
)

type createOrderBody struct {
	Items         []createOrderItem `json:"items"`
	ExpectedTotal *expectedTotal    `json:"expected_total"`
}

type expectedTotal struct {
	MinorUnits *int64  `json:"minor_units"`
	Currency   *string `json:"currency"`
}

type createOrderItem struct {
	SKU      string `json:"sku"`
	Quantity int32  `json:"quantity"`
}

//stagecraft:add
func (b *createOrderBody) faults() (found []reply.Field) {
	fault := func(field, message string) { found = append(found, reply.Field{Field: field, Message: message}) }
	if n := len(b.Items); n < 1 || n > 100 {
		fault("items", "must have 1 to 100 entries")
	}
	for i, item := range b.Items {
		if n := utf8.RuneCountInString(item.SKU); n < 1 || n > 64 {
			fault(fmt.Sprintf("items[%d].sku", i), "must have 1 to 64 characters")
		}
		if item.Quantity < 1 || item.Quantity > 1_000_000 {
			fault(fmt.Sprintf("items[%d].quantity", i), "must be 1 to 1000000")
		}
	}
	if total := b.ExpectedTotal; total != nil {
		if total.MinorUnits == nil || *total.MinorUnits < 0 {
			fault("expected_total.minor_units", "must be there, and not negative")
		}
		if total.Currency == nil || !isCurrency(*total.Currency) {
			fault("expected_total.currency", "must be three capital letters")
		}
	}
	return found
}

//stagecraft:add
func isCurrency(code string) bool {
	for _, letter := range code {
		if letter < 'A' || letter > 'Z' {
			return false
		}
	}
	return len(code) == 3
}

func toExpectedTotal(total *expectedTotal) *orderv1.Money {
	if total == nil {
		return nil
	}
	return &orderv1.Money{MinorUnits: *total.MinorUnits, Currency: *total.Currency}
}
