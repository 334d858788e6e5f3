// Hidden checks of the lesson on contracts. The clients are made of descriptors: one of the last release's contract, one of the learner's.
package grpc

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	orderv1 "shop/gen/order/v1"
	"shop/platform/auth"
	"shop/platform/grpcstatus"
)

type zzContractFailure struct{ id, sentence, expected, seen, why string }

func zzContractFail(t *testing.T, f zzContractFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.sentence, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzContractFiles are the descriptors that a client was made of.
type zzContractFiles interface {
	FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error)
}

// zzContractOld are those of the last release.
func zzContractOld(t *testing.T) zzContractFiles {
	t.Helper()
	packed, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(zzContractReleased, "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(raw, &set); err != nil {
		t.Fatal(err)
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// zzContractNew are those of the learner's generated code.
func zzContractNew() zzContractFiles { return protoregistry.GlobalFiles }

// zzContractMessage returns a message of order.v1 with the content of the JSON, or why there is none.
func zzContractMessage(files zzContractFiles, name, content string) (*dynamicpb.Message, error) {
	found, err := files.FindDescriptorByName(protoreflect.FullName("order.v1." + name))
	if err != nil {
		return nil, err
	}
	descriptor, ok := found.(protoreflect.MessageDescriptor)
	if !ok {
		return nil, fmt.Errorf("order.v1.%s is no message", name)
	}
	m := dynamicpb.NewMessage(descriptor)
	return m, protojson.Unmarshal([]byte(content), m)
}

// zzContractClient calls the learner's handler over a connection.
type zzContractClient struct {
	t     *testing.T
	conn  *grpc.ClientConn
	files zzContractFiles
}

// serve starts a gRPC server for the handler. It does what the service's interceptors do: it knows the caller, and it maps errors.
func (s *zzContractShop) serve(files zzContractFiles) *zzContractClient {
	s.t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer(
		grpc.UnaryInterceptor(func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			resp, err := next(zzContractCaller(ctx), req)
			return resp, grpcstatus.Error(err)
		}),
		grpc.StreamInterceptor(func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
			err := next(srv, zzContractNamed{stream, zzContractCaller(stream.Context())})
			s.closed <- struct{}{}
			return grpcstatus.Error(err)
		}),
	)
	orderv1.RegisterOrderServiceServer(server, s.handler)
	go func() { _ = server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///order", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close(); server.Stop() })
	return &zzContractClient{s.t, conn, files}
}

type zzContractNamed struct {
	grpc.ServerStream
	ctx context.Context
}

func (n zzContractNamed) Context() context.Context { return n.ctx }

// zzContractCaller puts the caller of the metadata into the context; without one it is the buyer.
func zzContractCaller(ctx context.Context) context.Context {
	user, role := zzContractBuyer, "customer"
	if given := metadata.ValueFromIncomingContext(ctx, "zz-user"); len(given) == 2 {
		user, role = given[0], given[1]
	}
	return auth.WithPrincipal(ctx, auth.Principal{Subject: user, Roles: []string{role}}, "")
}

// call makes a unary call. The answer is JSON, with the names of the client's contract.
func (c *zzContractClient) call(method, content string) (map[string]any, *status.Status) {
	c.t.Helper()
	request, err := zzContractMessage(c.files, method+"Request", content)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.send(method, request)
}

func (c *zzContractClient) send(method string, request proto.Message) (map[string]any, *status.Status) {
	c.t.Helper()
	response, err := zzContractMessage(c.files, method+"Response", "{}")
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := c.conn.Invoke(ctx, "/order.v1.OrderService/"+method, request, response); err != nil {
		return nil, status.Convert(err)
	}
	return zzContractJSON(c.t, response), status.New(codes.OK, "")
}

func zzContractJSON(t *testing.T, m proto.Message) map[string]any {
	t.Helper()
	text, err := protojson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var content map[string]any
	if err := json.Unmarshal(text, &content); err != nil {
		t.Fatal(err)
	}
	return content
}

// zzContractStatus is "FailedPrecondition PRICE_CHANGED", or "OK".
func zzContractStatus(s *status.Status) string {
	for _, detail := range s.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return s.Code().String() + " " + info.GetReason()
		}
	}
	return s.Code().String()
}
