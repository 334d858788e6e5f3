package grpc

import "google.golang.org/protobuf/types/known/timestamppb"
import orderv1 "shop/gen/order/v1"
import "shop/order/internal/query"
import "shop/order/internal/usecase/dto"
import "shop/platform/errs"

//stagecraft:drop
func toMoney(m *orderv1.Money) *dto.Money {
	if m == nil {
		return nil
	}
	return &dto.Money{MinorUnits: m.GetMinorUnits(), Currency: m.GetCurrency()}
}
