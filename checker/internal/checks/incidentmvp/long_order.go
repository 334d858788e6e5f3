package incidentmvp

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/checks/incident"
	"stagecraft/checker/internal/stack"
)

// longOrder counts the calls of purchases of one, of many and of as many products as an order may have, and looks whether the prices are
// those of the catalogue.
func longOrder(t *check.T) {
	var items []stack.Item
	for i := range 100 {
		items = append(items, incident.Piece(fmt.Sprintf("lamp-%03d", i)))
	}
	var skus []string
	for _, item := range items {
		skus = append(skus, item.SKU)
	}
	s := openShop(t, nil, skus...)
	for _, n := range []int{1, 2, 20, len(items)} {
		t.Step("buy %d products in one order", n)
		before := len(s.Call("order", "inventory").Calls("GetProducts"))
		s.Buy(s.Customer(), items[:n]...)
		calls := len(s.Call("order", "inventory").Calls("GetProducts")) - before
		t.True(calls == 1, check.Failure{
			ID: "calls", Sentence: fmt.Sprintf("a purchase of %d products does not ask for its prices in one call", n), Expected: "one call of GetProducts",
			Seen: fmt.Sprintf("%d calls", calls), Why: "Each call takes its time and can fail. An order with many products takes as long as all of them together.",
		})
	}
	s.prices(items)
	s.unanswered(items[0])
}

// prices looks at orders whose products have different prices, and at one with an unknown product.
func (s *shop) prices(items []stack.Item) {
	t := s.T
	t.Step("change two prices and buy at the new ones, in another order")
	changed := []stack.Item{items[7], items[3], items[5]}
	for i, price := range []int64{900, 700, incident.Price} {
		changed[i].UnitPrice = price
		s.Offer(changed[i].SKU, price)
	}
	changed[0].Quantity = 2
	order := s.Buy(s.Customer(), changed...)
	want, got := lines(changed), lines(order.Items)
	t.True(want == got, check.Failure{
		ID: "prices", Sentence: "an order has other lines than its buyer asked for, at the prices of the catalogue", Expected: want, Seen: got,
		Why: "The catalogue answers in the order of the request. A price that is remembered may be yesterday's.",
	})
	t.Step("order two products that do not exist among some that do")
	before := len(s.Call("order", "inventory").Calls("GetProducts"))
	answer, err := s.Shop.CreateOrder(t.Context(), s.Buyer, uuid.NewString(), items[0], incident.Piece("gone-1"), items[1], incident.Piece("gone-2"))
	t.NoError("the purchase of unknown products", err)
	calls := len(s.Call("order", "inventory").Calls("GetProducts")) - before
	t.True(calls == 1, check.Failure{
		ID: "calls", Sentence: "an order with unknown products does not ask for its prices in one call", Expected: "one call of GetProducts",
		Seen: fmt.Sprintf("%d calls", calls), Why: "The refusal names all unknown products already.",
	})
	named := strings.Contains(answer.Message, "gone-1") && strings.Contains(answer.Message, "gone-2")
	t.True(answer.Status == http.StatusNotFound && named, check.Failure{
		ID: "unknown", Sentence: "an order with unknown products is not refused as it must be", Expected: "404, and a message that names all that do not exist",
		Seen: answer.String(), Why: "A buyer who is told of one unknown product at a time asks again for each of them.",
	})
}

// unanswered looks at an order whose prices cannot be had.
func (s *shop) unanswered(item stack.Item) {
	t := s.T
	t.Step("order when inventory does not answer for the price")
	rule := s.Call("order", "inventory").FailWhen("GetProducts", func(int) bool { return true }, codes.Unavailable)
	defer rule.Remove()
	answer, err := s.Shop.CreateOrder(t.Context(), s.Buyer, uuid.NewString(), item)
	t.NoError("the purchase without a price", err)
	t.True(answer.Status == http.StatusServiceUnavailable, check.Failure{
		ID: "prices", Sentence: "an order is accepted at a price that inventory did not give", Expected: "503", Seen: answer.String(),
		Why: "A price that is remembered may be yesterday's. The customer can repeat the order in a moment.",
	})
}

func lines(items []stack.Item) string {
	var all []string
	for _, item := range items {
		all = append(all, fmt.Sprintf("%d %s at %d", item.Quantity, item.SKU, item.UnitPrice))
	}
	return strings.Join(all, ", ")
}
