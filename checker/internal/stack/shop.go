package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// plainHTTP opens a connection per request: a kept one would fail or be retried in silence after the gateway was restarted,
// and a check must know how often it asked.
var plainHTTP = &http.Client{
	Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Shop is an HTTP client for the gateway. Its methods return an error only when no answer came; a refusal is an answer.
type Shop struct {
	base     string
	keys     *Keys
	recorder Recorder
}

// NewShop returns a client for the gateway at base; recorder may be nil.
func NewShop(base string, keys *Keys, recorder Recorder) *Shop {
	return &Shop{base: base, keys: keys, recorder: recorder}
}

// Recording returns a client that hands its operations to recorder instead.
func (s *Shop) Recording(recorder Recorder) *Shop { return NewShop(s.base, s.keys, recorder) }

// Answer is what the gateway said.
type Answer[D any] struct {
	// Status is the HTTP status; Code the number in the envelope, 0 for success, -1 if there was no envelope.
	Status, Code    int
	Message, Reason string
	// Data is the decoded data of a success.
	Data D
	// Replayed says that the answer is that of an earlier request with the same key.
	Replayed bool
	Header   http.Header
	Raw      []byte
	Took     time.Duration
}

// OK says that the status is 2xx and the code 0.
func (a Answer[D]) OK() bool { return a.Status >= 200 && a.Status < 300 && a.Code == 0 }

// String is the answer in a line: "409 1003 INSUFFICIENT_BALANCE: …".
func (a Answer[D]) String() string {
	if a.OK() {
		return fmt.Sprintf("%d %s", a.Status, bytes.TrimSpace(a.Raw))
	}
	return fmt.Sprintf("%d %d %s: %s", a.Status, a.Code, a.Reason, a.Message)
}

// CreateOrder is POST /v1/orders: the order is refused if the items have other prices. An empty key sends no Idempotency-Key.
func (s *Shop) CreateOrder(ctx context.Context, user, key string, items ...Item) (Answer[Order], error) {
	return ask[Order](ctx, s, Ask{
		Kind: "create_order", Method: "POST", Path: "/v1/orders", User: user, Key: key, Body: Purchase(items...),
	})
}

// GetOrder is GET /v1/orders/{id}.
func (s *Shop) GetOrder(ctx context.Context, user, id string) (Answer[Order], error) {
	return ask[Order](ctx, s, Ask{Kind: "get_order", Path: "/v1/orders/" + url.PathEscape(id), User: user})
}

// Buy is CreateOrder, and AwaitOrder when the answer leaves the purchase open.
func (s *Shop) Buy(ctx context.Context, user, key string, items ...Item) (Answer[Order], error) {
	answer, err := s.CreateOrder(ctx, user, key, items...)
	if err != nil || !answer.OK() || answer.Data.Settled() {
		return answer, err
	}
	return s.AwaitOrder(ctx, user, answer.Data.ID)
}

// AwaitOrder asks for an order until the purchase has ended. An answer that is an error, or none, is asked for again; the error is the
// context's.
func (s *Shop) AwaitOrder(ctx context.Context, user, id string) (Answer[Order], error) {
	pause := 20 * time.Millisecond
	for {
		answer, err := s.GetOrder(ctx, user, id)
		if err == nil && answer.OK() && answer.Data.Settled() {
			return answer, nil
		}
		select {
		case <-ctx.Done():
			return answer, fmt.Errorf("order %s: the purchase is still %s: %w", id, answer.Data.Status, ctx.Err())
		case <-time.After(pause):
		}
		pause = min(pause*3/2, 500*time.Millisecond)
	}
}

// ListOrders is GET /v1/orders; size 0 and cursor "" leave the parameter out.
func (s *Shop) ListOrders(ctx context.Context, user string, size int, cursor string) (Answer[OrderPage], error) {
	query := url.Values{}
	if size != 0 {
		query.Set("page_size", fmt.Sprint(size))
	}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	return ask[OrderPage](ctx, s, Ask{Kind: "list_orders", Path: "/v1/orders?" + query.Encode(), User: user})
}

// TopUp is POST /v1/wallets/me/top-ups in EUR.
func (s *Shop) TopUp(ctx context.Context, user, key string, minorUnits int64) (Answer[Wallet], error) {
	body := Money{MinorUnits: minorUnits, Currency: "EUR"}
	return ask[Wallet](ctx, s, Ask{Kind: "top_up", Method: "POST", Path: "/v1/wallets/me/top-ups", User: user, Key: key, Body: body})
}

// Wallet is GET /v1/wallets/me in EUR.
func (s *Shop) Wallet(ctx context.Context, user string) (Answer[Wallet], error) {
	return ask[Wallet](ctx, s, Ask{Kind: "wallet", Path: "/v1/wallets/me?currency=EUR", User: user})
}

// CancelOrder is DELETE /v1/orders/{id}.
func (s *Shop) CancelOrder(ctx context.Context, user, id string) (Answer[json.RawMessage], error) {
	return s.Do(ctx, Ask{Kind: "cancel_order", Method: "DELETE", Path: "/v1/orders/" + url.PathEscape(id), User: user})
}

// Entries is the first page of GET /v1/wallets/me/entries in EUR.
func (s *Shop) Entries(ctx context.Context, user string) (Answer[EntryPage], error) {
	return s.EntriesFrom(ctx, user, "")
}

// EntriesFrom is GET /v1/wallets/me/entries in EUR from a cursor on.
func (s *Shop) EntriesFrom(ctx context.Context, user, cursor string) (Answer[EntryPage], error) {
	path := "/v1/wallets/me/entries?currency=EUR&page_size=100"
	if cursor != "" {
		path += "&cursor=" + url.QueryEscape(cursor)
	}
	return ask[EntryPage](ctx, s, Ask{Kind: "entries", Path: path, User: user})
}

// Stock is GET /v1/stock/{sku}, as a customer.
func (s *Shop) Stock(ctx context.Context, sku string) (Answer[Stock], error) {
	return ask[Stock](ctx, s, Ask{Kind: "stock", Path: "/v1/stock/" + url.PathEscape(sku), User: AdminID, Roles: []string{"admin"}})
}

// PutProduct is PUT /v1/products/{sku}, as an admin, with a price in EUR.
func (s *Shop) PutProduct(ctx context.Context, sku, name string, minorUnits int64) (Answer[Product], error) {
	body := Product{SKU: sku, Name: name, UnitPrice: Money{MinorUnits: minorUnits, Currency: "EUR"}}
	return ask[Product](ctx, s, Ask{
		Kind: "put_product", Method: "PUT", Path: "/v1/products/" + url.PathEscape(sku), User: AdminID, Roles: []string{"admin"}, Body: body,
	})
}

// AdjustStock is POST /v1/stock/{sku}/adjustments, as an admin.
func (s *Shop) AdjustStock(ctx context.Context, sku, key string, delta int64) (Answer[Stock], error) {
	return ask[Stock](ctx, s, Ask{
		Kind: "adjust_stock", Method: "POST", Path: "/v1/stock/" + url.PathEscape(sku) + "/adjustments",
		User: AdminID, Roles: []string{"admin"}, Key: key, Body: Adjustment{SKU: sku, Delta: delta},
	})
}
