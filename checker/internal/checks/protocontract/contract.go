package protocontract

import (
	"fmt"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"stagecraft/checker/internal/check"
)

// contract judges the protos: what was released is as it was, what the lesson asks for is there, and buf has nothing against it.
func contract(t *check.T) {
	files := build(t)
	if f := differs(filesOf(t, released), files); f != nil {
		t.Fail(*f)
	}
	breaking(t)
	if f := lacks(files); f != nil {
		t.Fail(*f)
	}
	if r := buf(t, "lint"); r.code != 0 {
		t.Fail(check.Failure{
			ID: "lint", Sentence: "buf lint has something against the contract", Expected: "no line of buf lint with the rules STANDARD", Seen: r.says(),
			Why: "Names that follow one style need no thought, and STANDARD keeps what would have to change later, such as a response that two methods share.",
		})
	}
}

func breaking(t *check.T) {
	dir := scratch(t)
	defer func() { _ = os.RemoveAll(dir) }()
	against := filepath.Join(dir, "released.binpb")
	t.Ours("write the released contract", os.WriteFile(against, released, 0o600))
	if r := buf(t, "breaking", "--against", against); r.code != 0 {
		t.Fail(check.Failure{
			ID: "breaking", Sentence: "buf breaking finds a change that breaks a released client", Expected: "no line of buf breaking with the rules WIRE_JSON", Seen: r.says(),
			Why: "A release cannot be taken back: its clients run until their last user upgrades.",
		})
	}
}

// lacks says what the lesson asks for and the contract does not have; nil when nothing is missing.
func lacks(files *protoregistry.Files) *check.Failure {
	if f := lacksField(files); f != nil {
		return f
	}
	return lacksStream(files)
}

func lacksField(files *protoregistry.Files) *check.Failure {
	var field protoreflect.FieldDescriptor
	if request := message(files, "order.v1.CreateOrderRequest"); request != nil {
		field = request.Fields().ByName("expected_total")
	}
	switch {
	case field == nil:
		return &check.Failure{
			ID: "no-field", Sentence: "order.v1.CreateOrderRequest has no field expected_total", Expected: "a field expected_total of the type Money", Seen: "no such field",
			Why: "Without it the order service does not know what the buyer was shown.",
		}
	case field.Message() == nil || field.Message().FullName() != "order.v1.Money" || field.Cardinality() == protoreflect.Repeated || isChoice(field):
		return &check.Failure{
			ID: "field-type", Sentence: "expected_total has another type than in the lesson", Expected: "Money, one, and in no oneof with other fields", Seen: describe(field),
			Why: "Clients of the new contract are written at the same time as the server. They agree on the name and the type.",
		}
	case field.JSONName() != "expectedTotal":
		return &check.Failure{
			ID: "json-name", Sentence: "expected_total has another name in JSON", Expected: "expectedTotal, as every client derives it from the field's name", Seen: field.JSONName(),
			Why: "Tools such as grpcurl write requests in JSON.",
		}
	}
	return nil
}

func lacksStream(files *protoregistry.Files) *check.Failure {
	var method protoreflect.MethodDescriptor
	if found, err := files.FindDescriptorByName("order.v1.OrderService"); err == nil {
		method = found.(protoreflect.ServiceDescriptor).Methods().ByName("WatchOrder")
	}
	if method == nil {
		return &check.Failure{
			ID: "no-stream", Sentence: "order.v1.OrderService has no method WatchOrder", Expected: "rpc WatchOrder(WatchOrderRequest) returns (stream WatchOrderResponse)", Seen: "no such method",
			Why: "A stream is a method of a service.",
		}
	}
	if !method.IsStreamingServer() || method.IsStreamingClient() {
		return &check.Failure{
			ID: "not-a-stream", Sentence: "WatchOrder is no server stream", Expected: "one request, and a stream of responses",
			Seen: fmt.Sprintf("request a stream: %t, response a stream: %t", method.IsStreamingClient(), method.IsStreamingServer()),
			Why:  "Whether a method streams cannot be changed after its release: old clients would speak another protocol.",
		}
	}
	for _, part := range []struct {
		what  string
		seen  protoreflect.MessageDescriptor
		name  protoreflect.FullName
		field protoreflect.Name
		typed string
	}{
		{"request", method.Input(), "order.v1.WatchOrderRequest", "id", "string"},
		{"response", method.Output(), "order.v1.WatchOrderResponse", "order", "order.v1.Order"},
	} {
		seen := string(part.seen.FullName())
		field := part.seen.Fields().ByName(part.field)
		if field != nil {
			seen += " with " + describe(field)
		}
		if part.seen.FullName() != part.name || field == nil || typeOf(field) != part.typed || field.Cardinality() == protoreflect.Repeated || isChoice(field) {
			return &check.Failure{
				ID: "stream-messages", Sentence: fmt.Sprintf("the %s of WatchOrder is another one than in the lesson", part.what),
				Expected: fmt.Sprintf("%s with a field %s of the type %s", part.name, part.field, part.typed), Seen: seen,
				Why: "A method has messages of its own, so that each can get fields later without the other. An order that is a field leaves room for others beside it.",
			}
		}
	}
	return nil
}

// isChoice says whether the field is in a oneof that the contract declares.
func isChoice(field protoreflect.FieldDescriptor) bool {
	return field.ContainingOneof() != nil && !field.ContainingOneof().IsSynthetic()
}

func message(files *protoregistry.Files, name protoreflect.FullName) protoreflect.MessageDescriptor {
	found, err := files.FindDescriptorByName(name)
	if err != nil {
		return nil
	}
	m, _ := found.(protoreflect.MessageDescriptor)
	return m
}
