package consumer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/db"
	"shop/order/internal/consumer"
	"shop/order/internal/domain"
	"shop/order/internal/query"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/usecase"
	"shop/platform/clock"
	"shop/platform/errs"
	"shop/platform/messaging"
	"shop/platform/postgrestest"
)

var noon = time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)

type catalogue struct{ err error }

func (c catalogue) Products(_ context.Context, skus []string) ([]usecase.Product, error) {
	products := make([]usecase.Product, len(skus))
	for i, sku := range skus {
		products[i] = usecase.Product{SKU: sku, Name: "asked " + sku}
	}
	return products, c.err
}

type noMetrics struct{}

func (noMetrics) EventProjected(string, time.Duration) {}

func newProjector(pool *pgxpool.Pool, c catalogue) *consumer.Projector {
	projection := repository.NewProjection(pool)
	return consumer.NewProjector(usecase.NewProjectOrder(projection, c), usecase.NewProjectProduct(projection), noMetrics{}, clock.System)
}

// history has the events of an order that is cancelled after its payment, in their order.
func history(id, buyer string, version int) []messaging.Message {
	event := func(sequence int64, name, payload string, version int) messaging.Message {
		return messaging.Message{
			ID: fmt.Sprintf("%s:%d", id, sequence), Type: "order.order." + name, Version: version, AggregateType: "order", AggregateID: id,
			Sequence: sequence, OccurredAt: noon.Add(time.Duration(sequence) * time.Second), Payload: []byte(payload),
		}
	}
	money := func(name string, sequence int64) messaging.Message {
		return messaging.Message{
			ID: id + name, Type: "wallet.balance." + name, Version: 1, AggregateType: "wallet", AggregateID: buyer, Sequence: sequence,
			OccurredAt: noon, Payload: fmt.Appendf(nil, `{"sagaId":%q,"stepName":"DEDUCT_BALANCE"}`, id),
		}
	}
	paid := event(3, "paid", `{"orderId":"`+id+`","totalMinor":"500","currency":"EUR"}`, 1)
	cancelled := event(4, "cancelled", `{"orderId":"`+id+`","reason":"no more"}`, 1)
	if version > 1 {
		paid = event(3, "paid", `{"total":{"minorUnits":"500","currency":"EUR"},"later":1}`, version)
		cancelled = event(4, "cancelled", `{"code":"BUYER_REQUEST","reason":"no more","later":1}`, version)
	}
	return []messaging.Message{
		event(1, "created", `{"orderId":"`+id+`","buyerId":"`+buyer+`","items":[{"sku":"tea","quantity":1,"unitPrice":"500"}],`+
			`"total":{"minorUnits":"500","currency":"EUR"},"createdAt":"2026-06-03T12:00:01Z"}`, 1),
		event(2, "confirmed", `{}`, 1), money("deducted", 7), paid, cancelled, money("refunded", 8),
	}
}

func TestProjector_AnyOrderAndRepetitionOfEvents_LeadToTheSameRow(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	projector, lists := newProjector(pool, catalogue{}), repository.NewReadModel(pool)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for _, version := range []int{1, 2, 9} {
		for range 60 {
			id, buyer := uuid.NewString(), uuid.NewString()
			events := history(id, buyer, version)
			sent := append(append([]messaging.Message{}, events...), events[random.IntN(len(events))], events[random.IntN(len(events))])
			random.Shuffle(len(sent), func(i, j int) { sent[i], sent[j] = sent[j], sent[i] })
			for _, m := range sent {
				require.NoError(t, projector.Handle(t.Context(), m))
			}

			shown, err := lists.OrdersOf(t.Context(), buyer, nil, 10)

			require.NoError(t, err)
			want := query.Order{
				ID: id, BuyerID: buyer, Status: int(domain.StatusCancelled), TotalMinor: 500, Currency: "EUR", CancelReason: "no more",
				Items:   []query.Item{{SKU: "tea", Name: "asked tea", Quantity: 1, UnitPrice: 500}},
				Payment: query.PaymentRefunded, Version: 4, CreatedAt: noon.Add(time.Second), UpdatedAt: noon.Add(4 * time.Second),
			}
			if version > 1 {
				want.CancelCode = "BUYER_REQUEST"
			}
			require.Equal(t, []query.Order{want}, shown)
		}
	}
}

func TestProjector_OrderWithoutItsFirstEvent_IsNotShown(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	projector, lists := newProjector(pool, catalogue{}), repository.NewReadModel(pool)
	require.NoError(t, projector.Handle(t.Context(), history(uuid.NewString(), uuid.NewString(), 2)[1]))

	all, err := lists.AllOrders(t.Context(), query.Page{Limit: 10})
	require.NoError(t, err)
	assert.Empty(t, all)
	n, err := lists.CountOrders(t.Context(), domain.StatusUnspecified)
	require.NoError(t, err)
	assert.Zero(t, n)
}

func TestProjector_ProductNames_FollowTheHighestSequence(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	projector, lists := newProjector(pool, catalogue{}), repository.NewReadModel(pool)
	buyer := uuid.NewString()
	require.NoError(t, projector.Handle(t.Context(), history(uuid.NewString(), buyer, 2)[0]))
	changed := func(name string, sequence int64) messaging.Message {
		return messaging.Message{Type: "inventory.product.changed", Version: 1, Sequence: sequence, Payload: []byte(`{"sku":"tea","name":"` + name + `"}`)}
	}
	for _, step := range []struct {
		event messaging.Message
		want  string
	}{{changed("Tea", 1), "Tea"}, {changed("Green tea", 3), "Green tea"}, {changed("Black tea", 2), "Green tea"}} {
		require.NoError(t, projector.Handle(t.Context(), step.event))
		shown, err := lists.OrdersOf(t.Context(), buyer, nil, 1)
		require.NoError(t, err)
		assert.Equal(t, step.want, shown[0].Items[0].Name)
	}
}

func TestProjector_CatalogueDown_ProjectsWithoutNames(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	projector := newProjector(pool, catalogue{err: errs.New(errs.Unavailable, "DOWN", "down")})
	buyer := uuid.NewString()

	require.NoError(t, projector.Handle(t.Context(), history(uuid.NewString(), buyer, 2)[0]))

	shown, err := repository.NewReadModel(pool).OrdersOf(t.Context(), buyer, nil, 1)
	require.NoError(t, err)
	assert.Empty(t, shown[0].Items[0].Name)
}

func TestProjector_UnreadableEvents_ArePermanent(t *testing.T) {
	t.Parallel()
	projector := newProjector(postgrestest.New(t, db.Migrations), catalogue{})
	good := history(uuid.NewString(), uuid.NewString(), 2)
	for name, spoil := range map[string]func(m *messaging.Message){
		"payload":  func(m *messaging.Message) { m.Payload = []byte("{") },
		"type":     func(m *messaging.Message) { m.Type = "order.order.folded" },
		"sequence": func(m *messaging.Message) { m.Sequence = 0 },
		"order":    func(m *messaging.Message) { m.AggregateID = "17" },
		"buyer":    func(m *messaging.Message) { m.Payload = []byte(strings.ReplaceAll(string(m.Payload), "buyerId", "b")) },
	} {
		m := good[0]
		spoil(&m)
		err := projector.Handle(t.Context(), m)
		assert.True(t, messaging.IsPermanent(err), "%s: %v", name, err)
	}
}

// A list is right before, during and after a rebuild: orders that are created and changed meanwhile are in it, and none is lost or repeated.
func TestRebuild_UnderTraffic_NoPageIsWrong(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	projector, lists, orders := newProjector(pool, catalogue{}), repository.NewReadModel(pool), repository.NewOrderRepository(pool)
	rebuild := usecase.NewRebuildOrderList(usecase.RebuildConfig{Batch: 7}, repository.NewProjection(pool), catalogue{})
	buyer := uuid.NewString()

	create := func(i int) *domain.Order {
		price, err := domain.NewMoney(500, "EUR")
		require.NoError(t, err)
		item, err := domain.NewItem("tea", 1, price)
		require.NoError(t, err)
		order, err := domain.NewOrder(uuid.NewString(), buyer, []domain.Item{item}, noon.Add(time.Duration(i)*time.Second))
		require.NoError(t, err)
		require.NoError(t, orders.Save(t.Context(), order))
		order.ClearEvents()
		return order
	}
	project := func(o *domain.Order, n int) {
		m := history(o.ID(), buyer, 2)[n]
		m.Payload = []byte(strings.ReplaceAll(string(m.Payload), "2026-06-03T12:00:01Z", o.CreatedAt().Format(time.RFC3339)))
		require.NoError(t, projector.Handle(t.Context(), m))
	}
	var first []*domain.Order
	for i := range 50 {
		o := create(i)
		project(o, 0)
		first = append(first, o)
	}
	stop, stopped := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-stop:
				stopped <- nil
				return
			default:
			}
			if err := rebuild.Execute(t.Context()); err != nil {
				stopped <- err
				return
			}
		}
	}()
	for i := range 50 {
		o := create(50 + i)
		project(o, 0)
		require.NoError(t, first[i].Confirm(noon.Add(2*time.Second)))
		require.NoError(t, orders.Save(t.Context(), first[i]))
		project(first[i], 1)

		shown, err := lists.OrdersOf(t.Context(), buyer, nil, 1000)

		require.NoError(t, err)
		require.Len(t, shown, 51+i, "every order is on the page once")
		require.Equal(t, o.ID(), shown[0].ID, "the newest comes first")
		for _, s := range shown {
			if s.ID == first[i].ID() {
				require.Equal(t, int(domain.StatusConfirmed), s.Status, "a change that was shown stays")
			}
		}
	}
	close(stop)
	require.NoError(t, <-stopped)
	var generations int
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT count(DISTINCT generation) FROM order_list_view`).Scan(&generations))
	assert.Equal(t, 1, generations, "old generations are deleted")
}

func TestRebuild_FromNothing_ShowsTheOrdersAsTheyAre(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	projector, lists := newProjector(pool, catalogue{}), repository.NewReadModel(pool)
	source := repository.NewQueryService(pool)
	id, buyer := uuid.NewString(), uuid.NewString()
	_, err := pool.Exec(t.Context(), `
		INSERT INTO orders (id, buyer_id, status, currency, total_minor, cancel_code, cancel_reason, version, created_at, updated_at, paid_at)
		VALUES ($1, $2, 5, 'EUR', 500, 'BUYER_REQUEST', 'no more', 4, $3, $3, $3)`, id, buyer, noon)
	require.NoError(t, err)
	_, err = pool.Exec(t.Context(), `INSERT INTO order_items VALUES ($1, 0, 'tea', 1, 500)`, id)
	require.NoError(t, err)
	require.NoError(t, projector.Handle(t.Context(), history(id, buyer, 1)[4]))

	rebuild := usecase.NewRebuildOrderList(usecase.RebuildConfig{Batch: 1}, repository.NewProjection(pool), catalogue{})
	require.NoError(t, rebuild.Execute(t.Context()))

	shown, err := lists.OrdersOf(t.Context(), buyer, nil, 10)
	require.NoError(t, err)
	want, err := source.OrdersOf(t.Context(), buyer, nil, 10)
	require.NoError(t, err)
	assert.Equal(t, want, shown, "the read model and the orders say the same")
	assert.Equal(t, query.PaymentRefunded, shown[0].Payment)
	assert.Equal(t, "BUYER_REQUEST", shown[0].CancelCode)
}

func TestReadModel_BeforeTheFirstRebuild_ReadsTheOrders(t *testing.T) {
	t.Parallel()
	pool := postgrestest.New(t, db.Migrations)
	_, err := pool.Exec(t.Context(), `UPDATE order_list_state SET active = NULL`)
	require.NoError(t, err)
	buyer := uuid.NewString()
	_, err = pool.Exec(t.Context(), `
		INSERT INTO orders (id, buyer_id, status, currency, total_minor, version, created_at, updated_at)
		VALUES ($1, $2, 1, 'EUR', 500, 1, $3, $3)`, uuid.NewString(), buyer, noon)
	require.NoError(t, err)
	lists := repository.NewReadModel(pool)

	before, err := lists.OrdersOf(t.Context(), buyer, nil, 10)
	require.NoError(t, err)
	assert.Len(t, before, 1)
	rebuild := usecase.NewRebuildOrderList(usecase.RebuildConfig{Batch: 10}, repository.NewProjection(pool), catalogue{})
	assert.NoError(t, rebuild.Execute(t.Context()))
}
