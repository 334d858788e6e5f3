package rest

import (
	"github.com/samber/lo"

	orderv1 "shop/gen/order/v1"
)

// The service rejects a malformed id as the result of that item alone.
type batchGetBody struct {
	IDs []string `json:"ids" binding:"required,min=1,max=100"`
}

type batchCancelBody struct {
	IDs []string `json:"ids" binding:"required,min=1,max=50"`
}

type orderResultsJSON struct {
	Results []orderResultJSON `json:"results"`
}

type orderResultJSON struct {
	ID      string     `json:"id"`
	Code    int32      `json:"code"`
	Reason  string     `json:"reason,omitempty"`
	Message string     `json:"message,omitempty"`
	Order   *orderJSON `json:"order,omitempty"`
}

func fromResults(results []*orderv1.OrderResult) orderResultsJSON {
	return orderResultsJSON{Results: lo.Map(results, func(r *orderv1.OrderResult, _ int) orderResultJSON {
		out := orderResultJSON{ID: r.GetId(), Code: r.GetCode(), Reason: r.GetReason(), Message: r.GetMessage()}
		if r.GetOrder() != nil {
			out.Order = lo.ToPtr(fromOrder(r.GetOrder()))
		}
		return out
	})}
}
