package rest

import (
	"unicode/utf8"

	"shop/gateway/internal/reply"
)

type topUpBody struct {
	Source     string `json:"source"`
	Currency   string `json:"currency"`
	MinorUnits int64  `json:"minor_units"`
}

//stagecraft:add
func (b *topUpBody) faults() (found []reply.Field) {
	if b.MinorUnits < 1 {
		found = append(found, reply.Field{Field: "minor_units", Message: "must be positive"})
	}
	if !isCurrency(b.Currency) {
		found = append(found, reply.Field{Field: "currency", Message: "must be three capital letters"})
	}
	if utf8.RuneCountInString(b.Source) > 64 {
		found = append(found, reply.Field{Field: "source", Message: "is too long"})
	}
	return found
}
