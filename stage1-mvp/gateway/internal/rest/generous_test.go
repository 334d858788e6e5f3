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

	"stagecraft/stage1-mvp/gateway/internal/middleware"
	"stagecraft/stage1-mvp/gateway/internal/rest"
	inventoryv1 "stagecraft/stage1-mvp/gen/inventory/v1"
	orderv1 "stagecraft/stage1-mvp/gen/order/v1"
	walletv1 "stagecraft/stage1-mvp/gen/wallet/v1"
)

// generous is a connection to services that answer everything, with all fields filled.
type generous struct {
	mu       sync.Mutex
	asked    proto.Message
	answered proto.Message
}

// Invoke refuses what could not travel, as the wire would.
func (g *generous) Invoke(_ context.Context, _ string, args, reply any, _ ...grpc.CallOption) error {
	if _, err := proto.Marshal(args.(proto.Message)); err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	(&filler{}).fill(reply.(proto.Message).ProtoReflect())
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked, g.answered = args.(proto.Message), reply.(proto.Message)
	return nil
}

func (g *generous) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unimplemented, "the gateway has no streams")
}

// newGenerousGateway is the gateway in front of such services.
func newGenerousGateway(t testing.TB) (*gateway, *generous) {
	conn := &generous{}
	g := newGatewayOf(t, nil, func(g *gateway) []rest.Handler {
		orders, wallets := orderv1.NewOrderServiceClient(conn), walletv1.NewWalletServiceClient(conn)
		return []rest.Handler{
			rest.NewOrderHandler(orders), rest.NewOrderCancelHandler(orders), rest.NewOrderBatchHandler(orders),
			rest.NewAdminOrderHandler(orders), rest.NewJobHandler(orderv1.NewJobServiceClient(conn)),
			rest.NewStockHandler(inventoryv1.NewInventoryServiceClient(conn)), rest.NewWalletHandler(wallets),
			rest.NewBalanceHandler(wallets, middleware.NewDeprecations(g.registry)),
			rest.NewTopUpHandler(walletv1.NewPaymentServiceClient(conn)),
		}
	})
	return g, conn
}

// shaped are texts that cannot be just any.
var shaped = map[protoreflect.FullName]string{
	"order.v1.Money.currency":      "EUR",
	"wallet.v1.Money.currency":     "EUR",
	"order.v1.WindowResult.reason": "JOB_RUNNING",
	"order.v1.WindowResult.window": "2026-01-05",
	"order.v1.Cancellation.code":   "OUT_OF_STOCK",
	"order.v1.OrderResult.reason":  "ORDER_NOT_FOUND",
	"order.v1.JobExecution.window": "2026-01-05",
}

// filler fills messages with values that are all different, so that each can be looked for.
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
		if text, ok := shaped[field.FullName()]; ok {
			return protoreflect.ValueOfString(text)
		}
		return protoreflect.ValueOfString(fmt.Sprintf("text-%d-", f.n))
	default:
		panic("no value for " + string(field.FullName()))
	}
}
