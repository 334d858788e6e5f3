package rest_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"shop/gateway/internal/middleware"
	"shop/gateway/internal/rest"
	inventoryv1 "shop/gen/inventory/v1"
	orderv1 "shop/gen/order/v1"
	walletv1 "shop/gen/wallet/v1"
)

// fullResponseConn is a connection to services whose answers have all fields set.
type fullResponseConn struct {
	mu       sync.Mutex
	request  proto.Message
	response proto.Message
}

// Invoke rejects requests that protobuf could not encode.
func (g *fullResponseConn) Invoke(_ context.Context, _ string, args, reply any, _ ...grpc.CallOption) error {
	if _, err := proto.Marshal(args.(proto.Message)); err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	(&filler{}).fill(reply.(proto.Message).ProtoReflect())
	g.mu.Lock()
	defer g.mu.Unlock()
	g.request, g.response = args.(proto.Message), reply.(proto.Message)
	return nil
}

func (g *fullResponseConn) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, "the gateway has no streams")
}

// newFullResponseGateway returns a gateway in front of such services.
func newFullResponseGateway(t testing.TB) (*gateway, *fullResponseConn) {
	conn := &fullResponseConn{}
	return newGatewayTo(t, conn), conn
}

// newGatewayTo returns a gateway whose services are all behind conn.
func newGatewayTo(t testing.TB, conn grpc.ClientConnInterface) *gateway {
	return newGatewayOf(t, nil, func(g *gateway) []rest.Handler {
		orders, wallets := orderv1.NewOrderServiceClient(conn), walletv1.NewWalletServiceClient(conn)
		return []rest.Handler{
			rest.NewOrderHandler(orders), rest.NewOrderCancelHandler(orders), rest.NewOrderBatchHandler(orders),
			rest.NewAdminOrderHandler(orders), rest.NewJobHandler(orderv1.NewJobServiceClient(conn)),
			rest.NewOrderShipHandler(orders), rest.NewProductHandler(inventoryv1.NewInventoryServiceClient(conn)),
			rest.NewStockHandler(inventoryv1.NewInventoryServiceClient(conn)), rest.NewWalletHandler(wallets),
			rest.NewBalanceHandler(wallets, middleware.NewDeprecations(g.registry)),
			rest.NewTopUpHandler(walletv1.NewPaymentServiceClient(conn)),
		}
	})
}

// formatted are strings that must have a certain format.
var formatted = map[protoreflect.FullName]string{
	"order.v1.Money.currency":      "EUR",
	"wallet.v1.Money.currency":     "EUR",
	"inventory.v1.Money.currency":  "EUR",
	"order.v1.WindowResult.reason": "JOB_RUNNING",
	"order.v1.WindowResult.window": "2026-01-05",
	"order.v1.Cancellation.code":   "OUT_OF_STOCK",
	"order.v1.OrderResult.reason":  "ORDER_NOT_FOUND",
	"order.v1.JobExecution.window": "2026-01-05",
}

// filler fills messages with distinct values, so that each can be found in an answer.
type filler struct{ n int64 }

func (f *filler) fill(m protoreflect.Message) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		switch {
		case field.IsList():
			list := m.Mutable(field).List()
			list.Append(f.value(field, list.NewElement))
		case !field.IsMap():
			m.Set(field, f.value(field, func() protoreflect.Value { return m.NewField(field) }))
		}
	}
}

func (f *filler) value(field protoreflect.FieldDescriptor, fresh func() protoreflect.Value) protoreflect.Value {
	f.n++
	switch field.Kind() {
	case protoreflect.MessageKind:
		v := fresh()
		f.fill(v.Message())
		return v
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.Int32Kind:
		if field.Name() == "page_size" {
			return protoreflect.ValueOfInt32(77)
		}
		return protoreflect.ValueOfInt32(int32(700_000 + f.n))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(700_000 + f.n)
	case protoreflect.StringKind:
		if text, ok := formatted[field.FullName()]; ok {
			return protoreflect.ValueOfString(text)
		}
		return protoreflect.ValueOfString(fmt.Sprintf("text-%d-", f.n))
	default:
		panic("no value for " + string(field.FullName()))
	}
}
