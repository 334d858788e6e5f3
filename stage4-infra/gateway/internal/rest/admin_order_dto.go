package rest

import orderv1 "shop/gen/order/v1"

type allOrdersQuery struct {
	Page     int32  `form:"page,default=1" binding:"min=1"`
	PageSize int32  `form:"page_size" binding:"min=0"`
	SortBy   string `form:"sort_by" binding:"omitempty,oneof=created_at -created_at total -total"`
	Status   string `form:"status" binding:"omitempty,oneof=PENDING CONFIRMED PAID SHIPPED CANCELLED"`
}

// orderSorts are the values of sort_by; a minus means the largest first.
var orderSorts = map[string]orderv1.OrderSort{
	"created_at":  orderv1.OrderSort_ORDER_SORT_CREATED_AT_ASC,
	"-created_at": orderv1.OrderSort_ORDER_SORT_CREATED_AT_DESC,
	"total":       orderv1.OrderSort_ORDER_SORT_TOTAL_ASC,
	"-total":      orderv1.OrderSort_ORDER_SORT_TOTAL_DESC,
}

type numberedPageJSON struct {
	Orders   []orderJSON `json:"orders"`
	Page     int32       `json:"page"`
	PageSize int32       `json:"page_size"`
	Total    int64       `json:"total"`
}

func toListAllOrders(query allOrdersQuery) *orderv1.ListAllOrdersRequest {
	return &orderv1.ListAllOrdersRequest{
		Page:     query.Page,
		PageSize: query.PageSize,
		SortBy:   orderSorts[query.SortBy],
		Status:   orderv1.OrderStatus(orderv1.OrderStatus_value["ORDER_STATUS_"+query.Status]),
	}
}
