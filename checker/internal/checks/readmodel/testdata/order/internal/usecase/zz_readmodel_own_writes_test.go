package usecase_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/service/saga"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/config"
	"shop/platform/errs"
	"shop/platform/pagination"
)

const (
	zzrBuyer = "11111111-1111-4111-8111-111111111111"
	zzrAdmin = "99999999-9999-4999-8999-999999999999"
	zzrOrder = "22222222-2222-4222-8222-222222222222"
)

var (
	zzrNoon    = time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)
	errZZRAway = errors.New("the database is away")
)

func TestZZReadModelOwnWrites(t *testing.T) {
	zzrLists(t)
	zzrMarks(t)
	zzrRefused(t)
}

// zzrWritten is a Written that notes its calls in the order of the others.
type zzrWritten struct {
	log      *[]string
	recently map[string]bool
	asked    []string
}

func (w *zzrWritten) Mark(_ context.Context, buyerID string) {
	*w.log = append(*w.log, "Mark "+buyerID)
}

func (w *zzrWritten) Recently(_ context.Context, buyerID string) bool {
	w.asked = append(w.asked, buyerID)
	return w.recently[buyerID]
}

// zzrSource is lists of one order, which has the name of its source as its id. Only what these tests call is there.
type zzrSource struct {
	query.QueryService
	name   string
	buyers []string
}

func (s *zzrSource) OrdersOf(_ context.Context, buyerID string, after *query.Position, limit int) ([]query.Order, error) {
	s.buyers = append(s.buyers, buyerID)
	orders := make([]query.Order, limit) // there is always a next page
	for i := range orders {
		orders[i] = query.Order{ID: s.name, BuyerID: buyerID, CreatedAt: zzrNoon}
	}
	return orders, nil
}

func zzrLists(t *testing.T) {
	t.Helper()
	for _, recently := range []bool{false, true, false} {
		var log []string
		written := &zzrWritten{log: &log, recently: map[string]bool{zzrBuyer: recently, zzrAdmin: !recently}}
		orders, readModel := &zzrSource{name: "the orders"}, &zzrSource{name: "the read model"}
		list := usecase.NewListOrders(orders, readModel, written, pagination.NewSigner(pagination.Config{Secret: config.Secret("0123456789abcdef")}))
		expected := readModel.name
		if recently {
			expected = orders.name
		}
		in := dto.ListOrders{Caller: dto.Caller{UserID: zzrBuyer}, Size: 2}
		for page := 1; page <= 2; page++ {
			what := fmt.Sprintf("page %d of the list of a buyer, when Recently(buyer) is %t and that of all others is %t", page, recently, !recently)
			out, err := list.Execute(context.Background(), in)
			if err != nil || len(out.Orders) == 0 {
				zzrFail(t, "lists", what, "a page of "+expected, fmt.Sprintf("%d orders, the error %v", len(out.Orders), err), "a list has to come from one of the two")
			}
			if seen := out.Orders[0].ID; seen != expected {
				why := "every list would cost what the read model was made to save"
				if recently {
					why = "the buyer has paid, looks, finds no order, and buys again"
				}
				zzrFail(t, "lists", what, "a page of "+expected, "a page of "+seen, why)
			}
			in.Cursor = out.Next
		}
	}
}

// zzrShop is fakes of what the use cases need. The log has what happened, in its order.
type zzrShop struct {
	log    []string
	commit error
	stored json.RawMessage // the answer to a request that was accepted before
	lock   error
	runs   int
	answer json.RawMessage // the one that was stored, in the form in which it is stored
}

func (s *zzrShop) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	for range max(s.runs, 1) {
		s.log = append(s.log, "begin")
		if err := fn(ctx); err != nil {
			s.log = append(s.log, "roll back")
			return err
		}
	}
	if s.commit != nil {
		s.log = append(s.log, "roll back")
		return s.commit
	}
	s.log = append(s.log, "commit")
	return nil
}

func (s *zzrShop) Once(ctx context.Context, _, _ string, _ []byte, fn func(ctx context.Context) (json.RawMessage, error)) (json.RawMessage, bool, error) {
	if s.stored != nil {
		return s.stored, true, nil
	}
	answer, err := fn(ctx)
	s.answer = answer
	return answer, false, err
}

func (s *zzrShop) Lookup(context.Context, string, string, []byte) (json.RawMessage, error) {
	return s.stored, nil
}

type zzrSagas struct{ usecase.Sagas }

func (zzrSagas) Begin(context.Context, *saga.Saga) error              { return nil }
func (zzrSagas) Undo(context.Context, *saga.Saga, saga.Failure) error { return nil }

type zzrOpen struct {
	usecase.OpenSagas
	saga *saga.Saga
	err  error
}

func (o zzrOpen) Lock(context.Context, string) (*saga.Saga, error) { return o.saga, o.err }

type zzrCatalogue struct{}

func (zzrCatalogue) Products(_ context.Context, skus []string) ([]usecase.Product, error) {
	price, err := domain.NewMoney(500, "EUR")
	products := make([]usecase.Product, len(skus))
	for i, sku := range skus {
		products[i] = usecase.Product{SKU: sku, Name: sku, UnitPrice: price}
	}
	return products, err
}

func (zzrCatalogue) Forget(context.Context, ...string) error { return nil }

func zzrPurchase(t *testing.T) *saga.Saga {
	t.Helper()
	price, err := domain.NewMoney(500, "EUR")
	if err != nil {
		t.Skip(err)
	}
	item, err := domain.NewItem("tea", 1, price)
	if err != nil {
		t.Skip(err)
	}
	order, err := domain.NewOrder(zzrOrder, zzrBuyer, []domain.Item{item}, zzrNoon)
	if err != nil {
		t.Skip(err)
	}
	return saga.NewPurchase(order)
}

// buy and cancel are the requests of a buyer and of an admin.
func (s *zzrShop) buy(w usecase.Written) (dto.OrderAnswer, error) {
	requests := usecase.NewSagaRequests(s, s, w)
	return usecase.NewCreateOrder(requests, zzrSagas{}, zzrCatalogue{}, func() time.Time { return zzrNoon }).Execute(context.Background(),
		dto.CreateOrder{BuyerID: zzrBuyer, IdempotencyKey: "key", Items: []dto.NewItem{{SKU: "tea", Quantity: 1}}})
}

func (s *zzrShop) cancel(t *testing.T, w usecase.Written, caller dto.Caller, key string) (dto.OrderAnswer, error) {
	t.Helper()
	requests := usecase.NewSagaRequests(s, s, w)
	return usecase.NewCancelOrder(requests, zzrSagas{}, zzrOpen{saga: zzrPurchase(t), err: s.lock}, nil, func() time.Time { return zzrNoon }).Execute(context.Background(),
		dto.CancelOrder{Caller: caller, ID: zzrOrder, IdempotencyKey: key})
}

func zzrMarks(t *testing.T) {
	t.Helper()
	first := &zzrShop{}
	_, _ = first.buy(&zzrWritten{log: &first.log})
	for _, c := range []struct {
		what string
		shop zzrShop
		call func(s *zzrShop, w usecase.Written) (dto.OrderAnswer, error)
		why  string
	}{
		{
			"a purchase", zzrShop{}, func(s *zzrShop, w usecase.Written) (dto.OrderAnswer, error) { return s.buy(w) },
			"the buyer looks at the list next, and the read model is a moment behind",
		},
		{
			"a purchase whose transaction runs twice", zzrShop{runs: 2}, func(s *zzrShop, w usecase.Written) (dto.OrderAnswer, error) { return s.buy(w) },
			"what happens in a transaction that is rolled back has not happened",
		},
		{
			"a cancellation by the buyer", zzrShop{}, func(s *zzrShop, w usecase.Written) (dto.OrderAnswer, error) {
				return s.cancel(t, w, dto.Caller{UserID: zzrBuyer}, "")
			},
			"the buyer looks at the list next, and the read model is a moment behind",
		},
		{
			"a cancellation by an admin", zzrShop{}, func(s *zzrShop, w usecase.Written) (dto.OrderAnswer, error) {
				return s.cancel(t, w, dto.Caller{UserID: zzrAdmin, Admin: true}, "")
			},
			"the order is on the buyer's list, not on the admin's",
		},
		{
			"a purchase that is repeated, with the stored answer", zzrShop{stored: first.answer}, func(s *zzrShop, w usecase.Written) (dto.OrderAnswer, error) { return s.buy(w) },
			"the process of the first attempt may have died between its commit and Mark",
		},
	} {
		s := c.shop
		answer, err := c.call(&s, &zzrWritten{log: &s.log})
		if err != nil || answer.Order.BuyerID != zzrBuyer {
			zzrFail(t, "answer", c.what, "the order of the buyer", fmt.Sprintf("an order of %q, the error %v", answer.Order.BuyerID, err), "the answer is what it was without the flag")
		}
		marked, committed := false, false
		for _, entry := range s.log {
			committed = committed || entry == "commit"
			marked = marked || entry == "Mark "+zzrBuyer
			if entry[:4] == "Mark" && entry != "Mark "+zzrBuyer {
				zzrFail(t, "marks", c.what, "Mark of the buyer of the order", entry, c.why)
			}
			if entry[:4] == "Mark" && !committed {
				zzrFail(t, "early", c.what, "Mark after the commit", fmt.Sprintf("%q", s.log), "the flag lives for 3 seconds from Mark on; a commit that takes longer, or a list that is read before it, would be without")
			}
		}
		if !marked {
			zzrFail(t, "marks", c.what, "Mark of the buyer after the commit", fmt.Sprintf("%q", s.log), c.why)
		}
	}
}

// zzrRefused has requests that have changed nothing.
func zzrRefused(t *testing.T) {
	t.Helper()
	refusal := errs.New(errs.Precondition, "NOT_CANCELLABLE", "it is on its way")
	for _, c := range []struct {
		what string
		shop zzrShop
		call func(s *zzrShop, w usecase.Written) (dto.OrderAnswer, error)
		want error
	}{
		{"a purchase whose commit fails", zzrShop{commit: errZZRAway}, func(s *zzrShop, w usecase.Written) (dto.OrderAnswer, error) { return s.buy(w) }, errZZRAway},
		{"a cancellation that is refused", zzrShop{lock: refusal}, func(s *zzrShop, w usecase.Written) (dto.OrderAnswer, error) {
			return s.cancel(t, w, dto.Caller{UserID: zzrBuyer}, "")
		}, refusal},
		{"a cancellation that is refused, and whose refusal is stored", zzrShop{lock: refusal}, func(s *zzrShop, w usecase.Written) (dto.OrderAnswer, error) {
			return s.cancel(t, w, dto.Caller{UserID: zzrBuyer}, "key")
		}, nil},
	} {
		s := c.shop
		_, err := c.call(&s, &zzrWritten{log: &s.log})
		if err == nil || (c.want != nil && !errors.Is(err, c.want)) || errs.CodeOf(err) == errs.Aborted {
			zzrFail(t, "answer", c.what, fmt.Sprintf("the error %v", c.want), fmt.Sprintf("the error %v", err), "the answer is what it was without the flag")
		}
		for _, entry := range s.log {
			if entry[:4] == "Mark" {
				zzrFail(t, "marks-nothing", c.what, "no Mark", fmt.Sprintf("%q", s.log), "nothing has changed; a client that sends such requests would make its own lists slow")
			}
		}
	}
}

func zzrFail(t *testing.T, id, what, expected, seen, why string) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": id, "sentence": what, "expected": expected, "seen": seen, "why": why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}
