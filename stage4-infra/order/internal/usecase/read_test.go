package usecase_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/db"
	"shop/order/internal/domain"
	"shop/order/internal/query"
	repository "shop/order/internal/repository/postgres"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/pagination"
	"shop/platform/postgrestest"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// orders are the repository and the query service on the same database.
type orders struct {
	*repository.OrderRepository
	*repository.QueryService
}

func ordersOn(pool *pgxpool.Pool) orders {
	return orders{repository.NewOrderRepository(pool), repository.NewQueryService(pool)}
}

func newOrders(t *testing.T) orders { return ordersOn(postgrestest.New(t, db.Migrations)) }

func bought(t *testing.T, orders orders, buyer string, at time.Time) *domain.Order {
	t.Helper()
	price, err := domain.NewMoney(500, "EUR")
	require.NoError(t, err)
	item, err := domain.NewItem("tea", 1, price)
	require.NoError(t, err)
	order, err := domain.NewOrder(uuid.NewString(), buyer, []domain.Item{item}, at)
	require.NoError(t, err)
	require.NoError(t, orders.Save(t.Context(), order))
	order.ClearEvents()
	return order
}

func TestAnOrderIsShownToItsBuyerAndToAdmins(t *testing.T) {
	t.Parallel()
	orders := newOrders(t)
	order := bought(t, orders, uuid.NewString(), noon)
	get := usecase.NewGetOrder(orders)

	got, err := get.Execute(t.Context(), dto.Caller{UserID: order.BuyerID()}, order.ID())
	require.NoError(t, err)
	assert.Equal(t, order.ID(), got.ID)
	_, err = get.Execute(t.Context(), dto.Caller{UserID: uuid.NewString(), Admin: true}, order.ID())
	assert.NoError(t, err)
	_, err = get.Execute(t.Context(), dto.Caller{UserID: uuid.NewString()}, order.ID())
	assert.Equal(t, errs.NotFound, errs.CodeOf(err))
	_, err = get.Execute(t.Context(), dto.Caller{}, order.ID())
	assert.Equal(t, errs.NotFound, errs.CodeOf(err))
	for _, spelling := range []string{strings.ToUpper(order.ID()), "urn:uuid:" + order.ID()} {
		_, err = get.Execute(t.Context(), dto.Caller{UserID: order.BuyerID()}, spelling)
		assert.NoError(t, err, spelling)
	}
	_, err = get.Execute(t.Context(), dto.Caller{Admin: true}, "' OR 1=1")
	assert.Equal(t, errs.InvalidInput, errs.CodeOf(err))
}

func TestEveryOrderIsOnOnePage(t *testing.T) {
	t.Parallel()
	orders, buyer := newOrders(t), dto.Caller{UserID: uuid.NewString()}
	const total = 10
	list := usecase.NewListOrders(orders, orders, unwritten{}, pagination.NewSigner(pagination.Config{Secret: "0123456789abcdef"}))

	var newestFirst, seen []string
	for i := range total {
		newestFirst = append(newestFirst, bought(t, orders, buyer.UserID, noon.Add(-time.Duration(i)*time.Second)).ID())
	}
	in := dto.ListOrders{Caller: buyer, Size: 5}
	var pages int
	for {
		page, err := list.Execute(t.Context(), in)
		require.NoError(t, err)
		pages++
		for _, order := range page.Orders {
			seen = append(seen, order.ID)
		}
		if page.Next == "" {
			break
		}
		in.Cursor = page.Next

		_, err = list.Execute(t.Context(), dto.ListOrders{Caller: dto.Caller{UserID: uuid.NewString()}, Cursor: page.Next})
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), "a cursor of another buyer")
	}
	assert.Equal(t, newestFirst, seen)
	assert.Equal(t, 2, pages, "a full last page has no next one")
}

func TestAWatcherSeesEachChangeUntilTheEnd(t *testing.T) {
	t.Parallel()
	orders := newOrders(t)
	order := bought(t, orders, uuid.NewString(), noon)
	watch := usecase.NewWatchOrder(usecase.WatchConfig{Interval: time.Millisecond}, usecase.NewGetOrder(orders))
	changes := []func(o *domain.Order) error{
		func(o *domain.Order) error { return o.Confirm(noon) },
		func(o *domain.Order) error { return o.Cancel(domain.CancelInsufficientBalance, "no money", noon) },
	}
	var seen []domain.OrderStatus

	err := watch.Execute(t.Context(), dto.Caller{UserID: order.BuyerID()}, order.ID(), func(shown query.Order) error {
		seen = append(seen, domain.OrderStatus(shown.Status))
		if len(seen) > len(changes) {
			return nil
		}
		stored, err := orders.Get(t.Context(), order.ID())
		require.NoError(t, err)
		require.NoError(t, changes[len(seen)-1](stored))
		return orders.Save(t.Context(), stored)
	})

	require.NoError(t, err)
	assert.Equal(t, []domain.OrderStatus{domain.StatusPending, domain.StatusConfirmed, domain.StatusCancelled}, seen)
}

func TestAWatcherWhoLeavesEndsTheWatch(t *testing.T) {
	t.Parallel()
	orders := newOrders(t)
	order := bought(t, orders, uuid.NewString(), noon)
	watch := usecase.NewWatchOrder(usecase.WatchConfig{Interval: time.Millisecond}, usecase.NewGetOrder(orders))
	ctx, leave := context.WithCancel(t.Context())

	err := watch.Execute(ctx, dto.Caller{Admin: true}, order.ID(), func(query.Order) error {
		leave()
		return nil
	})

	assert.True(t, errors.Is(err, context.Canceled), "got %v", err)
}
