package domainerrors

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/stack"
)

const (
	price = 500
	// patience is how long something may take that takes milliseconds on an idle machine.
	patience = 15 * time.Second
	missing  = "products_moved"
	// undefinedTable is the SQLSTATE of a query whose table does not exist. It is in the text of the error of the driver.
	undefinedTable = "42P01"
)

// shop is the four services, with one product.
type shop struct {
	*stack.Stack
	t          *check.T
	buyer, sku string
}

// answer is what a client gets for an error.
type answer struct {
	status, code int
	reason       string
}

func (a answer) String() string {
	return fmt.Sprintf("%d, code %d, reason %s", a.status, a.code, a.reason)
}

func services(t *check.T) {
	t.Step("start the four services")
	s := &shop{t: t, buyer: uuid.NewString(), sku: "LAMP-" + uuid.NewString()[:8]}
	s.Stack = t.Stack(stack.Options{})
	t.Baseline(func() {
		product, err := s.Shop.PutProduct(t.Context(), s.sku, "Lamp", price)
		t.NoError("put a product into the catalogue", err)
		t.True(product.OK(), check.Failure{Sentence: "a product was not accepted", Expected: "200", Seen: product.String()})
	})
	s.refusals()
	s.cause()
	s.outage()
}

// refusals judges errors that use cases have chosen.
func (s *shop) refusals() {
	s.t.Step("make requests that each service refuses")
	unknown := "LAMP-" + uuid.NewString()[:8]
	for _, r := range []struct {
		what string
		ask  stack.Ask
		want answer
	}{
		{"an order that does not exist (gateway, order)", stack.Ask{Path: "/v1/orders/" + uuid.NewString(), User: s.buyer}, answer{404, 1001, "ORDER_NOT_FOUND"}},
		{"a purchase of a product that does not exist (gateway, order, inventory)", s.purchase(unknown), answer{404, 1001, "PRODUCT_NOT_FOUND"}},
		{"a product that a customer wants to change (gateway, inventory)", stack.Ask{
			Method: "PUT", Path: "/v1/products/" + s.sku, User: s.buyer, Roles: []string{"customer"},
			Body: stack.Product{SKU: s.sku, Name: "Lamp", UnitPrice: stack.Money{MinorUnits: price, Currency: "EUR"}},
		}, answer{403, 1005, "FORBIDDEN"}},
		{"a request without a token", stack.Ask{Path: "/v1/orders"}, answer{401, 1004, "UNAUTHORIZED"}},
	} {
		s.refused("answer", r.what, r.ask, r.want)
	}
}

func (s *shop) purchase(sku string) stack.Ask {
	return stack.Ask{
		Method: "POST", Path: "/v1/orders", User: s.buyer, Key: uuid.NewString(),
		Body: stack.Purchase(stack.Item{SKU: sku, Quantity: 1, UnitPrice: price}),
	}
}

// refused makes a request and judges its answer.
func (s *shop) refused(id, what string, ask stack.Ask, want answer) stack.Answer[json.RawMessage] {
	ctx, cancel := s.t.Patience(patience)
	defer cancel()
	got, err := s.Shop.Do(ctx, ask)
	s.t.NoError("ask for "+what, err)
	s.t.True(answer{got.Status, got.Code, got.Reason} == want, check.Failure{
		ID: id, Sentence: what + " gets the wrong answer", Expected: want.String(), Seen: got.String(),
		Why: "each service passes on the code that the service below it has chosen",
	})
	return got
}

// cause lets a query of inventory fail, and looks for the text of the database.
func (s *shop) cause() {
	s.t.Step("take a table away from inventory, and buy")
	s.rename("products", missing)
	answer := s.refused("internal", "a purchase while the database of inventory fails (gateway, order, inventory)", s.purchase("LAMP-"+uuid.NewString()[:8]), answer{500, 5000, "INTERNAL"})
	s.rename(missing, "products")
	s.t.True(!strings.Contains(string(answer.Raw), undefinedTable), check.Failure{
		ID: "shown", Sentence: "the answer shows the error of a database", Expected: "a message for clients", Seen: string(answer.Raw), Why: "the cause is for the log",
	})
	s.loggedOnce("inventory", undefinedTable)
	// What order and the gateway know of it.
	s.loggedOnce("order", "internal error")
	s.loggedOnce("gateway", "internal error")
	for _, other := range []string{"gateway", "order"} {
		if lines := s.Service(other).Logs().Grep(undefinedTable); len(lines) > 0 {
			s.t.Fail(check.Failure{
				ID: "leaked", Sentence: "the log of " + other + " has the error of the database of inventory", Expected: "no line with " + undefinedTable, Seen: lines[0].Raw,
				Why: "only the public part of an error leaves its service; what order gets, the network and the services above it get as well",
			})
		}
	}
}

// rename gives a table of inventory another name.
func (s *shop) rename(from, to string) {
	conn, err := pgx.Connect(s.t.Context(), s.t.Lease().Databases["inventory_db"])
	s.t.Ours("connect to inventory_db", err)
	defer func() { _ = conn.Close(context.WithoutCancel(s.t.Context())) }()
	_, err = conn.Exec(s.t.Context(), "ALTER TABLE "+pgx.Identifier{from}.Sanitize()+" RENAME TO "+pgx.Identifier{to}.Sanitize())
	s.t.Ours("rename the table "+from, err)
}

// outage cuts the call from order to inventory.
func (s *shop) outage() {
	s.t.Step("cut the connection from order to inventory, and buy")
	s.Call("order", "inventory").Cut()
	got := s.refused("outage", "a purchase while inventory cannot be reached (gateway, order)", s.purchase(s.sku), answer{503, 5001, "UNAVAILABLE"})
	s.t.True(!strings.Contains(string(got.Raw), "127.0.0.1") && !strings.Contains(string(got.Raw), "connection"), check.Failure{
		ID: "shown", Sentence: "the answer shows the address of a service", Expected: "a message for clients", Seen: string(got.Raw), Why: "the text of the transport is for the log",
	})
	s.t.NoError("heal the connection", s.Heal())
}

// loggedOnce waits until the text is in the log of the service, and judges that it is there once.
func (s *shop) loggedOnce(service, text string) {
	logs := s.Service(service).Logs()
	there := s.t.Within(patience, func() bool { return len(logs.Grep(text)) > 0 })
	s.t.True(there, check.Failure{
		ID: "lost", Sentence: "an error is not in the log of " + service, Expected: "a line with " + text, Seen: "no such line",
		Why: "the client gets the public part alone, so the log is the only place for the rest of the error",
	})
	lines := logs.Grep(text)
	s.t.True(len(lines) == 1, check.Failure{
		ID: "twice", Sentence: "one error is in the log of " + service + " more than once", Expected: "1 line", Seen: fmt.Sprintf("%d lines, such as %s", len(lines), lines[0].Raw),
		Why: "each line looks like a failure of its own",
	})
}
