package grpc

import (
	orderv1 "shop/gen/order/v1"
	"shop/order/internal/usecase/dto"
)

func toMoney(m *orderv1.Money) *dto.Money {
	if m.GetMinorUnits() == 0 {
		return nil
	}
	return &dto.Money{MinorUnits: m.GetMinorUnits(), Currency: m.GetCurrency()}
}
