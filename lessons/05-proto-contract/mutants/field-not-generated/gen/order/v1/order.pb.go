package orderv1

import protoreflect "google.golang.org/protobuf/reflect/protoreflect"
import protoimpl "google.golang.org/protobuf/runtime/protoimpl"
import timestamppb "google.golang.org/protobuf/types/known/timestamppb"
import reflect "reflect"
import sync "sync"
import unsafe "unsafe"

type CreateOrderRequest struct {
	state protoimpl.MessageState `protogen:"open.v1"`
	// Chosen by the client, 1 to 128 characters; the same key with the same content always has the same answer.
	IdempotencyKey string          `protobuf:"bytes,1,opt,name=idempotency_key,json=idempotencyKey,proto3" json:"idempotency_key,omitempty"`
	Items          []*NewOrderItem `protobuf:"bytes,2,rep,name=items,proto3" json:"items,omitempty"`
	unknownFields  protoimpl.UnknownFields
	sizeCache      protoimpl.SizeCache
}

const file_order_v1_order_proto_rawDesc = "" +
	"\n" +
	"\x14order/v1/order.proto\x12\border.v1\x1a\x1fgoogle/protobuf/timestamp.proto\"D\n" +
	"\x05Money\x12\x1f\n" +
	"\vminor_units\x18\x01 \x01(\x03R\n" +
	"minorUnits\x12\x1a\n" +
	"\bcurrency\x18\x02 \x01(\tR\bcurrency\"X\n" +
	"\tOrderItem\x12\x10\n" +
	"\x03sku\x18\x01 \x01(\tR\x03sku\x12\x1a\n" +
	"\bquantity\x18\x02 \x01(\x05R\bquantity\x12\x1d\n" +
	"\n" +
	"unit_price\x18\x03 \x01(\x03R\tunitPrice\"<\n" +
	"\fNewOrderItem\x12\x10\n" +
	"\x03sku\x18\x01 \x01(\tR\x03sku\x12\x1a\n" +
	"\bquantity\x18\x02 \x01(\x05R\bquantity\"\xa8\x03\n" +
	"\x05Order\x12\x0e\n" +
	"\x02id\x18\x01 \x01(\tR\x02id\x12\x19\n" +
	"\bbuyer_id\x18\x02 \x01(\tR\abuyerId\x12-\n" +
	"\x06status\x18\x03 \x01(\x0e2\x15.order.v1.OrderStatusR\x06status\x12)\n" +
	"\x05items\x18\x04 \x03(\v2\x13.order.v1.OrderItemR\x05items\x12%\n" +
	"\x05total\x18\x05 \x01(\v2\x0f.order.v1.MoneyR\x05total\x12'\n" +
	"\rcancel_reason\x18\x06 \x01(\tB\x02\x18\x01R\fcancelReason\x12\x18\n" +
	"\aversion\x18\a \x01(\x03R\aversion\x129\n" +
	"\n" +
	"created_at\x18\b \x01(\v2\x1a.google.protobuf.TimestampR\tcreatedAt\x129\n" +
	"\n" +
	"updated_at\x18\t \x01(\v2\x1a.google.protobuf.TimestampR\tupdatedAt\x12:\n" +
	"\fcancellation\x18\n" +
	" \x01(\v2\x16.order.v1.CancellationR\fcancellation\":\n" +
	"\fCancellation\x12\x12\n" +
	"\x04code\x18\x01 \x01(\tR\x04code\x12\x16\n" +
	"\x06reason\x18\x02 \x01(\tR\x06reason\"k\n" +
	"\x12CreateOrderRequest\x12'\n" +
	"\x0fidempotency_key\x18\x01 \x01(\tR\x0eidempotencyKey\x12,\n" +
	"\x05items\x18\x02 \x03(\v2\x16.order.v1.NewOrderItemR\x05items\"X\n" +
	"\x13CreateOrderResponse\x12%\n" +
	"\x05order\x18\x01 \x01(\v2\x0f.order.v1.OrderR\x05order\x12\x1a\n" +
	"\breplayed\x18\x02 \x01(\bR\breplayed\"!\n" +
	"\x0fGetOrderRequest\x12\x0e\n" +
	"\x02id\x18\x01 \x01(\tR\x02id\"9\n" +
	"\x10GetOrderResponse\x12%\n" +
	"\x05order\x18\x01 \x01(\v2\x0f.order.v1.OrderR\x05order\"O\n" +
	"\x11ListOrdersRequest\x12\x1b\n" +
	"\tpage_size\x18\x01 \x01(\x05R\bpageSize\x12\x1d\n" +
	"\n" +
	"page_token\x18\x02 \x01(\tR\tpageToken\"e\n" +
	"\x12ListOrdersResponse\x12'\n" +
	"\x06orders\x18\x01 \x03(\v2\x0f.order.v1.OrderR\x06orders\x12&\n" +
	"\x0fnext_page_token\x18\x02 \x01(\tR\rnextPageToken\"#\n" +
	"\x11WatchOrderRequest\x12\x0e\n" +
	"\x02id\x18\x01 \x01(\tR\x02id\";\n" +
	"\x12WatchOrderResponse\x12%\n" +
	"\x05order\x18\x01 \x01(\v2\x0f.order.v1.OrderR\x05order\"M\n" +
	"\x12CancelOrderRequest\x12\x0e\n" +
	"\x02id\x18\x01 \x01(\tR\x02id\x12'\n" +
	"\x0fidempotency_key\x18\x02 \x01(\tR\x0eidempotencyKey\"X\n" +
	"\x13CancelOrderResponse\x12%\n" +
	"\x05order\x18\x01 \x01(\v2\x0f.order.v1.OrderR\x05order\x12\x1a\n" +
	"\breplayed\x18\x02 \x01(\bR\breplayed\"\"\n" +
	"\x10ShipOrderRequest\x12\x0e\n" +
	"\x02id\x18\x01 \x01(\tR\x02id\":\n" +
	"\x11ShipOrderResponse\x12%\n" +
	"\x05order\x18\x01 \x01(\v2\x0f.order.v1.OrderR\x05order\"\x8a\x01\n" +
	"\vOrderResult\x12\x0e\n" +
	"\x02id\x18\x01 \x01(\tR\x02id\x12\x12\n" +
	"\x04code\x18\x02 \x01(\x05R\x04code\x12\x16\n" +
	"\x06reason\x18\x03 \x01(\tR\x06reason\x12\x18\n" +
	"\amessage\x18\x04 \x01(\tR\amessage\x12%\n" +
	"\x05order\x18\x05 \x01(\v2\x0f.order.v1.OrderR\x05order\")\n" +
	"\x15BatchGetOrdersRequest\x12\x10\n" +
	"\x03ids\x18\x01 \x03(\tR\x03ids\"I\n" +
	"\x16BatchGetOrdersResponse\x12/\n" +
	"\aresults\x18\x01 \x03(\v2\x15.order.v1.OrderResultR\aresults\"U\n" +
	"\x18BatchCancelOrdersRequest\x12\x10\n" +
	"\x03ids\x18\x01 \x03(\tR\x03ids\x12'\n" +
	"\x0fidempotency_key\x18\x02 \x01(\tR\x0eidempotencyKey\"L\n" +
	"\x19BatchCancelOrdersResponse\x12/\n" +
	"\aresults\x18\x01 \x03(\v2\x15.order.v1.OrderResultR\aresults\"\xa4\x01\n" +
	"\x14ListAllOrdersRequest\x12\x12\n" +
	"\x04page\x18\x01 \x01(\x05R\x04page\x12\x1b\n" +
	"\tpage_size\x18\x02 \x01(\x05R\bpageSize\x12,\n" +
	"\asort_by\x18\x03 \x01(\x0e2\x13.order.v1.OrderSortR\x06sortBy\x12-\n" +
	"\x06status\x18\x04 \x01(\x0e2\x15.order.v1.OrderStatusR\x06status\"\x87\x01\n" +
	"\x15ListAllOrdersResponse\x12'\n" +
	"\x06orders\x18\x01 \x03(\v2\x0f.order.v1.OrderR\x06orders\x12\x12\n" +
	"\x04page\x18\x02 \x01(\x05R\x04page\x12\x1b\n" +
	"\tpage_size\x18\x03 \x01(\x05R\bpageSize\x12\x14\n" +
	"\x05total\x18\x04 \x01(\x03R\x05total*\xae\x01\n" +
	"\vOrderStatus\x12\x1c\n" +
	"\x18ORDER_STATUS_UNSPECIFIED\x10\x00\x12\x18\n" +
	"\x14ORDER_STATUS_PENDING\x10\x01\x12\x1a\n" +
	"\x16ORDER_STATUS_CONFIRMED\x10\x02\x12\x15\n" +
	"\x11ORDER_STATUS_PAID\x10\x03\x12\x18\n" +
	"\x14ORDER_STATUS_SHIPPED\x10\x04\x12\x1a\n" +
	"\x16ORDER_STATUS_CANCELLED\x10\x05*\x9b\x01\n" +
	"\tOrderSort\x12\x1a\n" +
	"\x16ORDER_SORT_UNSPECIFIED\x10\x00\x12\x1d\n" +
	"\x19ORDER_SORT_CREATED_AT_ASC\x10\x01\x12\x1e\n" +
	"\x1aORDER_SORT_CREATED_AT_DESC\x10\x02\x12\x18\n" +
	"\x14ORDER_SORT_TOTAL_ASC\x10\x03\x12\x19\n" +
	"\x15ORDER_SORT_TOTAL_DESC\x10\x042\xc8\x05\n" +
	"\fOrderService\x12J\n" +
	"\vCreateOrder\x12\x1c.order.v1.CreateOrderRequest\x1a\x1d.order.v1.CreateOrderResponse\x12A\n" +
	"\bGetOrder\x12\x19.order.v1.GetOrderRequest\x1a\x1a.order.v1.GetOrderResponse\x12G\n" +
	"\n" +
	"ListOrders\x12\x1b.order.v1.ListOrdersRequest\x1a\x1c.order.v1.ListOrdersResponse\x12I\n" +
	"\n" +
	"WatchOrder\x12\x1b.order.v1.WatchOrderRequest\x1a\x1c.order.v1.WatchOrderResponse0\x01\x12J\n" +
	"\vCancelOrder\x12\x1c.order.v1.CancelOrderRequest\x1a\x1d.order.v1.CancelOrderResponse\x12D\n" +
	"\tShipOrder\x12\x1a.order.v1.ShipOrderRequest\x1a\x1b.order.v1.ShipOrderResponse\x12S\n" +
	"\x0eBatchGetOrders\x12\x1f.order.v1.BatchGetOrdersRequest\x1a .order.v1.BatchGetOrdersResponse\x12\\\n" +
	"\x11BatchCancelOrders\x12\".order.v1.BatchCancelOrdersRequest\x1a#.order.v1.BatchCancelOrdersResponse\x12P\n" +
	"\rListAllOrders\x12\x1e.order.v1.ListAllOrdersRequest\x1a\x1f.order.v1.ListAllOrdersResponseB\x1bZ\x19shop/gen/order/v1;orderv1b\x06proto3"

var file_order_v1_order_proto_depIdxs = []int32{
	0,  // 0: order.v1.Order.status:type_name -> order.v1.OrderStatus
	3,  // 1: order.v1.Order.items:type_name -> order.v1.OrderItem
	2,  // 2: order.v1.Order.total:type_name -> order.v1.Money
	26, // 3: order.v1.Order.created_at:type_name -> google.protobuf.Timestamp
	26, // 4: order.v1.Order.updated_at:type_name -> google.protobuf.Timestamp
	6,  // 5: order.v1.Order.cancellation:type_name -> order.v1.Cancellation
	4,  // 6: order.v1.CreateOrderRequest.items:type_name -> order.v1.NewOrderItem
	5,  // 7: order.v1.CreateOrderResponse.order:type_name -> order.v1.Order
	5,  // 8: order.v1.GetOrderResponse.order:type_name -> order.v1.Order
	5,  // 9: order.v1.ListOrdersResponse.orders:type_name -> order.v1.Order
	5,  // 10: order.v1.WatchOrderResponse.order:type_name -> order.v1.Order
	5,  // 11: order.v1.CancelOrderResponse.order:type_name -> order.v1.Order
	5,  // 12: order.v1.ShipOrderResponse.order:type_name -> order.v1.Order
	5,  // 13: order.v1.OrderResult.order:type_name -> order.v1.Order
	19, // 14: order.v1.BatchGetOrdersResponse.results:type_name -> order.v1.OrderResult
	19, // 15: order.v1.BatchCancelOrdersResponse.results:type_name -> order.v1.OrderResult
	1,  // 16: order.v1.ListAllOrdersRequest.sort_by:type_name -> order.v1.OrderSort
	0,  // 17: order.v1.ListAllOrdersRequest.status:type_name -> order.v1.OrderStatus
	5,  // 18: order.v1.ListAllOrdersResponse.orders:type_name -> order.v1.Order
	7,  // 19: order.v1.OrderService.CreateOrder:input_type -> order.v1.CreateOrderRequest
	9,  // 20: order.v1.OrderService.GetOrder:input_type -> order.v1.GetOrderRequest
	11, // 21: order.v1.OrderService.ListOrders:input_type -> order.v1.ListOrdersRequest
	13, // 22: order.v1.OrderService.WatchOrder:input_type -> order.v1.WatchOrderRequest
	15, // 23: order.v1.OrderService.CancelOrder:input_type -> order.v1.CancelOrderRequest
	17, // 24: order.v1.OrderService.ShipOrder:input_type -> order.v1.ShipOrderRequest
	20, // 25: order.v1.OrderService.BatchGetOrders:input_type -> order.v1.BatchGetOrdersRequest
	22, // 26: order.v1.OrderService.BatchCancelOrders:input_type -> order.v1.BatchCancelOrdersRequest
	24, // 27: order.v1.OrderService.ListAllOrders:input_type -> order.v1.ListAllOrdersRequest
	8,  // 28: order.v1.OrderService.CreateOrder:output_type -> order.v1.CreateOrderResponse
	10, // 29: order.v1.OrderService.GetOrder:output_type -> order.v1.GetOrderResponse
	12, // 30: order.v1.OrderService.ListOrders:output_type -> order.v1.ListOrdersResponse
	14, // 31: order.v1.OrderService.WatchOrder:output_type -> order.v1.WatchOrderResponse
	16, // 32: order.v1.OrderService.CancelOrder:output_type -> order.v1.CancelOrderResponse
	18, // 33: order.v1.OrderService.ShipOrder:output_type -> order.v1.ShipOrderResponse
	21, // 34: order.v1.OrderService.BatchGetOrders:output_type -> order.v1.BatchGetOrdersResponse
	23, // 35: order.v1.OrderService.BatchCancelOrders:output_type -> order.v1.BatchCancelOrdersResponse
	25, // 36: order.v1.OrderService.ListAllOrders:output_type -> order.v1.ListAllOrdersResponse
	28, // [28:37] is the sub-list for method output_type
	19, // [19:28] is the sub-list for method input_type
	19, // [19:19] is the sub-list for extension type_name
	19, // [19:19] is the sub-list for extension extendee
	0,  // [0:19] is the sub-list for field type_name
}

//stagecraft:drop
func (x *CreateOrderRequest) GetExpectedTotal() *Money {
	if x != nil {
		return x.ExpectedTotal
	}
	return nil
}
