package grpc

import (
	orderv1 "shop/gen/order/v1"
	"shop/order/internal/usecase/dto"
)

//stagecraft:drop
func toMoney(m *orderv1.Money) *dto.Money {
	if m == nil {
		return nil
	}
	return &dto.Money{MinorUnits: m.GetMinorUnits(), Currency: m.GetCurrency()}
}
