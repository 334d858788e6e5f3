package grpc

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"shop/order/internal/domain"
	"shop/order/internal/usecase/dto"
)

// Two teas and three milks: 1060 cents.
const (
	zzContractItems = `"items":[{"sku":"tea","quantity":2},{"sku":"milk","quantity":3}]`
	zzContractTotal = `"expectedTotal":{"minorUnits":"1060","currency":"EUR"}`
)

func zzContractBuy(key string, more ...string) string {
	return fmt.Sprintf(`{"idempotencyKey":%q,%s}`, key, strings.Join(append([]string{zzContractItems}, more...), ","))
}

// TestZZContractField judges what the new field means, and that clients without it are served as before.
func TestZZContractField(t *testing.T) {
	zzContractOldClient(t)
	zzContractOldRepeats(t)
	found, err := zzContractNew().FindDescriptorByName("order.v1.CreateOrderRequest")
	if err != nil {
		t.Fatal(err)
	}
	if found.(protoreflect.MessageDescriptor).Fields().ByName("expected_total") == nil {
		zzContractFail(t, zzContractFailure{"no-field", "CreateOrderRequest has no field expected_total in the generated code", "the field of the lesson, and code that was generated after it",
			"no such field", "a field is added to the contract first, then the code is generated"})
	}
	zzContractExpected(t)
	zzContractRelay(t)
	zzContractRepeats(t)
	zzContractRefusals(t)
}

// zzContractOldClient buys and reads with the contract of the last release.
func zzContractOldClient(t *testing.T) {
	s := zzContractOpen(t, time.Hour)
	old := s.serve(zzContractOld(t))
	answer, st := old.call("CreateOrder", zzContractBuy("k1"))
	if zzContractStatus(st) != "OK" || len(s.orders()) != 1 {
		zzContractFail(t, zzContractFailure{"old-client", "a client of the last release buys", "OK, and one order", zzContractStatus(st) + ": " + st.Message(),
			"it knows no expected total, so it has none: any total is accepted, as before"})
	}
	order, _ := answer["order"].(map[string]any)
	for _, field := range []string{"id", "buyerId", "status", "items", "total", "createdAt", "updatedAt"} {
		if order[field] == nil {
			zzContractFail(t, zzContractFailure{"old-answer", "the answer to a client of the last release", "an order with " + field, fmt.Sprint(answer), "clients read this field since the first release"})
		}
	}
	if order["status"] != "ORDER_STATUS_PAID" || !reflect.DeepEqual(order["total"], map[string]any{"minorUnits": "1060", "currency": "EUR"}) || answer["replayed"] != nil {
		zzContractFail(t, zzContractFailure{"old-answer", "the answer to a client of the last release", "a paid order of 1060 EUR, not replayed", fmt.Sprint(answer), "it is what the last release answers"})
	}

	later, err := zzContractMessage(zzContractOld(t), "CreateOrderRequest", zzContractBuy("k2"))
	if err != nil {
		t.Fatal(err)
	}
	unknown := protowire.AppendVarint(protowire.AppendTag(nil, 900, protowire.VarintType), 7)
	unknown = protowire.AppendString(protowire.AppendTag(unknown, 901, protowire.BytesType), "of a later version")
	later.SetUnknown(unknown)
	if _, st := old.send("CreateOrder", later); zzContractStatus(st) != "OK" || len(s.orders()) != 1 {
		zzContractFail(t, zzContractFailure{"unknown-field", "a client of a later release sends fields that this server does not know", "OK: they are ignored", zzContractStatus(st) + ": " + st.Message(),
			"the next contract is made like this one, and its clients may be deployed before the server"})
	}

	s.show(zzContractAt(3, domain.StatusCancelled))
	answer, st = old.call("GetOrder", fmt.Sprintf(`{"id":%q}`, zzContractOrder))
	order, _ = answer["order"].(map[string]any)
	if zzContractStatus(st) != "OK" || order["cancelReason"] != "no tea" || order["version"] != "3" || order["status"] != "ORDER_STATUS_CANCELLED" {
		zzContractFail(t, zzContractFailure{"old-answer", "a client of the last release reads a cancelled order", "status ORDER_STATUS_CANCELLED, version 3 and the deprecated cancel_reason \"no tea\"",
			fmt.Sprintf("%s, %v", zzContractStatus(st), order), "a deprecated field is filled as long as a client may read it"})
	}
}

// zzContractOldRepeats repeats a purchase that the last release has accepted.
func zzContractOldRepeats(t *testing.T) {
	s := zzContractOpen(t, time.Hour)
	old := s.serve(zzContractOld(t))
	items := []dto.NewItem{{SKU: "tea", Quantity: 2}, {SKU: "milk", Quantity: 3}}
	s.oldRequest("before the deployment", items, zzContractAt(3, domain.StatusPaid))
	for range 2 {
		answer, st := old.call("CreateOrder", zzContractBuy("before the deployment"))
		order, _ := answer["order"].(map[string]any)
		if zzContractStatus(st) != "OK" || order["id"] != zzContractOrder || answer["replayed"] != true || len(s.orders()) > 0 {
			zzContractFail(t, zzContractFailure{"old-repetition", "a client repeats, with the same key and content, a purchase that the last release has accepted",
				"the stored answer: order " + zzContractOrder + ", replayed", fmt.Sprintf("%s: %s %v", zzContractStatus(st), st.Message(), answer),
				"the hash of a request without the new field must be the hash of the last release, or every repetition across the deployment is refused as another request"})
		}
	}
	answer, st := s.serve(zzContractNew()).call("CreateOrder", zzContractBuy("before the deployment"))
	if zzContractStatus(st) != "OK" || answer["replayed"] != true {
		zzContractFail(t, zzContractFailure{"old-repetition", "a client that was upgraded repeats a purchase that the last release has accepted, without an expected total", "the stored answer, replayed",
			fmt.Sprintf("%s: %s", zzContractStatus(st), st.Message()), "content that is the same has the same hash"})
	}
}

func zzContractExpected(t *testing.T) {
	for i, c := range []struct {
		what, expected, want string
	}{
		{"the right total", `{"minorUnits":"1060","currency":"EUR"}`, "OK"},
		{"one cent less", `{"minorUnits":"1059","currency":"EUR"}`, ""},
		{"one cent more", `{"minorUnits":"1061","currency":"EUR"}`, ""},
		{"zero EUR", `{"minorUnits":"0","currency":"EUR"}`, ""},
		{"an empty Money", `{}`, ""},
		{"no currency", `{"minorUnits":"1060"}`, ""},
		{"another currency", `{"minorUnits":"1060","currency":"USD"}`, ""},
		{"a negative amount", `{"minorUnits":"-1060","currency":"EUR"}`, ""},
		{"the largest amount", `{"minorUnits":"9223372036854775807","currency":"EUR"}`, ""},
		{"no expected total", "", "OK"},
		{"null", "null", "OK"},
	} {
		s := zzContractOpen(t, time.Hour)
		var more []string
		if c.expected != "" {
			more = []string{`"expectedTotal":` + c.expected}
		}
		_, st := s.serve(zzContractNew()).call("CreateOrder", zzContractBuy(fmt.Sprint("k", i), more...))
		id, want, why := "accepted", "OK", "an order at the total that the buyer was shown is what they want"
		if c.want == "" {
			id, want, why = "refused", "FailedPrecondition PRICE_CHANGED", "the buyer would pay another total than they were shown; zero, or an empty message, is a total as well, and not the right one"
		}
		if seen, made := zzContractStatus(st), len(s.orders()); seen != want || made > 0 != (want == "OK") {
			if c.expected == "" || c.expected == "null" {
				id, why = "absent", "a field that is absent expects nothing"
			}
			zzContractFail(t, zzContractFailure{id, "a new client buys for 1060 EUR and expects: " + c.what, want, fmt.Sprintf("%s: %s; %d orders made", seen, st.Message(), made), why})
		}
	}
}

// zzContractRelay sends a new client's request through a proxy that knows only the last release's contract.
func zzContractRelay(t *testing.T) {
	for _, c := range []struct{ id, expected, want string }{
		{"accepted", zzContractTotal, "OK"}, {"refused", `"expectedTotal":{"minorUnits":"1","currency":"EUR"}`, "FailedPrecondition PRICE_CHANGED"},
	} {
		s := zzContractOpen(t, time.Hour)
		request, err := zzContractMessage(zzContractNew(), "CreateOrderRequest", zzContractBuy("k1", c.expected))
		if err != nil {
			t.Fatal(err)
		}
		wire, err := proto.Marshal(request)
		if err != nil {
			t.Fatal(err)
		}
		relayed, err := zzContractMessage(zzContractOld(t), "CreateOrderRequest", "{}")
		if err != nil {
			t.Fatal(err)
		}
		if err := proto.Unmarshal(wire, relayed); err != nil {
			zzContractFail(t, zzContractFailure{"old-client", "a proxy of the last release reads a request with expected_total", "it can: it does not know the field and keeps it", err.Error(), "the number of the field belonged to another one"})
		}
		answer, st := s.serve(zzContractOld(t)).send("CreateOrder", relayed)
		if seen := zzContractStatus(st); seen != c.want {
			zzContractFail(t, zzContractFailure{c.id, "a request with " + c.expected + " comes through a proxy that knows only the last release's contract", c.want, fmt.Sprintf("%s: %s %v", seen, st.Message(), answer),
				"a proxy keeps the bytes of fields that it does not know, so the field must have a number of its own"})
		}
	}
}

// zzContractRepeats repeats a purchase with the same key, and with other content.
func zzContractRepeats(t *testing.T) {
	s := zzContractOpen(t, time.Hour)
	client := s.serve(zzContractNew())
	first, st := client.call("CreateOrder", zzContractBuy("k1", zzContractTotal))
	if zzContractStatus(st) != "OK" || first["replayed"] != nil || len(s.orders()) != 1 {
		zzContractFail(t, zzContractFailure{"accepted", "a new client buys with the right total", "OK, not replayed, one order", fmt.Sprintf("%s: %s %v", zzContractStatus(st), st.Message(), first), "nothing is wrong with it"})
	}
	for _, c := range []struct {
		what  string
		price int64
		down  error
	}{{"nothing has changed", 500, nil}, {"tea costs 501 now", 501, nil}, {"the catalogue cannot be reached", 500, errors.New("connection refused")}} {
		s.mu.Lock()
		s.prices["tea"], s.down = c.price, c.down
		s.mu.Unlock()
		again, st := client.call("CreateOrder", zzContractBuy("k1", zzContractTotal))
		if zzContractStatus(st) != "OK" || again["replayed"] != true || !reflect.DeepEqual(again["order"], first["order"]) || len(s.orders()) > 0 {
			zzContractFail(t, zzContractFailure{"replayed", "a purchase with an expected total is repeated: " + c.what, "the stored answer, replayed", fmt.Sprintf("%s: %s %s", zzContractStatus(st), st.Message(), zzContractText(again)),
				"the client has not got the first answer: it must not be told that the price has changed after it has paid"})
		}
	}
	s.mu.Lock()
	s.prices["tea"], s.down = 500, nil
	s.mu.Unlock()
	for _, c := range []struct{ what, more, want string }{
		{"another expected total", `"expectedTotal":{"minorUnits":"1000","currency":"EUR"}`, "AlreadyExists IDEMPOTENCY_KEY_REUSED"},
		{"the expected total zero", `"expectedTotal":{}`, "AlreadyExists IDEMPOTENCY_KEY_REUSED"},
		{"the same amount in another currency", `"expectedTotal":{"minorUnits":"1060","currency":"USD"}`, "AlreadyExists IDEMPOTENCY_KEY_REUSED"},
		{"no expected total", "", "AlreadyExists IDEMPOTENCY_KEY_REUSED"},
	} {
		var more []string
		if c.more != "" {
			more = []string{c.more}
		}
		_, st := client.call("CreateOrder", zzContractBuy("k1", more...))
		if seen := zzContractStatus(st); seen != c.want || len(s.orders()) > 0 {
			zzContractFail(t, zzContractFailure{"key-reused", "the key of a purchase with the expected total 1060 EUR comes again with " + c.what, c.want, seen + ": " + st.Message(),
				"a request for another total is another request: the answer to the first one is not its answer"})
		}
	}
}

// zzContractRefusals repeats a purchase that was refused.
func zzContractRefusals(t *testing.T) {
	s := zzContractOpen(t, time.Hour)
	client := s.serve(zzContractNew())
	for range 2 {
		if _, st := client.call("CreateOrder", zzContractBuy("k1", `"expectedTotal":{"minorUnits":"900","currency":"EUR"}`)); zzContractStatus(st) != "FailedPrecondition PRICE_CHANGED" {
			zzContractFail(t, zzContractFailure{"refused", "a purchase that was refused because of its total is repeated", "FailedPrecondition PRICE_CHANGED again", zzContractStatus(st) + ": " + st.Message(), "nothing has changed"})
		}
	}
	answer, st := client.call("CreateOrder", zzContractBuy("k1", zzContractTotal))
	if zzContractStatus(st) != "OK" || answer["replayed"] != nil || len(s.orders()) != 1 {
		zzContractFail(t, zzContractFailure{"key-free", "the buyer accepts the new total and sends the purchase again with the key of the refused one", "OK, not replayed, one order",
			fmt.Sprintf("%s: %s", zzContractStatus(st), st.Message()), "a purchase that was refused is not remembered: its key is free"})
	}
	answer, st = client.call("CreateOrder", zzContractBuy("k2"))
	if zzContractStatus(st) != "OK" || answer["replayed"] != nil || len(s.orders()) != 1 {
		zzContractFail(t, zzContractFailure{"absent", "a purchase without an expected total, after one with an expected total", "OK, not replayed, one order", fmt.Sprintf("%s: %s", zzContractStatus(st), st.Message()), "each request stands for itself"})
	}
}

func zzContractText(content any) string {
	text, _ := json.Marshal(content)
	return string(text)
}
