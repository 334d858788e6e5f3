package rest

import (
	"slices"

	"github.com/samber/lo"

	orderv1 "shop/gen/order/v1"
)

func fromResults(results []*orderv1.OrderResult) orderResultsJSON {
	results = append([]*orderv1.OrderResult(nil), results...)
	slices.SortStableFunc(results, func(a, b *orderv1.OrderResult) int { return int(a.GetCode() - b.GetCode()) })
	return orderResultsJSON{Results: lo.Map(results, func(r *orderv1.OrderResult, _ int) orderResultJSON {
		out := orderResultJSON{ID: r.GetId(), Code: r.GetCode(), Reason: r.GetReason(), Message: r.GetMessage()}
		if r.GetOrder() != nil {
			out.Order = lo.ToPtr(fromOrder(r.GetOrder()))
		}
		return out
	})}
}
