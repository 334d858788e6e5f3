package usecase_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/order/internal/usecase"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
)

var allSorts = []query.Sort{query.SortCreatedAtDesc, query.SortCreatedAtAsc, query.SortTotalDesc, query.SortTotalAsc}

// All orders here have the same total, and many the same time: only the id tells them apart.
func TestListAllOrders_EqualSortKeys_NoLossNoRepeat(t *testing.T) {
	t.Parallel()
	orders := newOrders(t)
	var all []string
	for i := range 23 {
		all = append(all, bought(t, orders, uuid.NewString(), noon.Add(time.Duration(i/10)*time.Second)).ID())
	}
	list := usecase.NewListAllOrders(orders)
	for _, sort := range allSorts {
		var seen []string
		for number := int32(1); number <= 4; number++ {
			page, err := list.Execute(t.Context(), dto.ListAllOrders{Page: number, Size: 7, Sort: sort})
			require.NoError(t, err)
			assert.Equal(t, int64(23), page.Total)
			assert.Equal(t, 7, page.Size)
			assert.Equal(t, int(number), page.Number)
			seen = append(seen, lo.Map(page.Orders, func(o query.Order, _ int) string { return o.ID })...)
		}
		assert.Len(t, seen, 23, sort)
		assert.ElementsMatch(t, all, seen, sort)
	}
}

func TestAllOrdersAreSortedAndFiltered(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first, second, third := s.order(), s.order(paid), s.order(paid)
	for id, change := range map[string]string{
		first.ID(): "total_minor = 3000", second.ID(): "total_minor = 1000", third.ID(): "total_minor = 2000",
	} {
		_, err := s.pool.Exec(t.Context(), "UPDATE orders SET "+change+" WHERE id = $1", id)
		require.NoError(t, err)
	}
	for id, at := range map[string]time.Time{first.ID(): noon, second.ID(): noon.Add(time.Hour), third.ID(): noon.Add(2 * time.Hour)} {
		_, err := s.pool.Exec(t.Context(), "UPDATE orders SET created_at = $2 WHERE id = $1", id, at)
		require.NoError(t, err)
	}
	list := usecase.NewListAllOrders(s.orders)
	for sort, want := range map[query.Sort][]string{
		query.SortCreatedAtDesc: {third.ID(), second.ID(), first.ID()},
		query.SortCreatedAtAsc:  {first.ID(), second.ID(), third.ID()},
		query.SortTotalDesc:     {first.ID(), third.ID(), second.ID()},
		query.SortTotalAsc:      {second.ID(), third.ID(), first.ID()},
	} {
		page, err := list.Execute(t.Context(), dto.ListAllOrders{Sort: sort})
		require.NoError(t, err)
		assert.Equal(t, want, lo.Map(page.Orders, func(o query.Order, _ int) string { return o.ID }), sort)

		filtered, err := list.Execute(t.Context(), dto.ListAllOrders{Sort: sort, Status: domain.StatusPaid})
		require.NoError(t, err)
		assert.Equal(t, lo.Without(want, first.ID()), lo.Map(filtered.Orders, func(o query.Order, _ int) string { return o.ID }), sort)
		assert.Equal(t, int64(2), filtered.Total, "of those that were asked for")
	}
}

func TestListAllOrders_PageOutOfRange_IsInvalidInput(t *testing.T) {
	t.Parallel()
	list := usecase.NewListAllOrders(newOrders(t))
	for reason, in := range map[string]dto.ListAllOrders{
		"INVALID_PAGE":   {Page: -1},
		"INVALID_STATUS": {Status: 6},
		"PAGE_TOO_DEEP":  {Page: 101, Size: 100},
	} {
		_, err := list.Execute(t.Context(), in)
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), reason)
		assert.Equal(t, reason, errs.From(err).Reason)
	}
	_, err := list.Execute(t.Context(), dto.ListAllOrders{Page: math.MaxInt32, Size: math.MaxInt32})
	assert.Equal(t, "PAGE_TOO_DEEP", errs.From(err).Reason)
	last, err := list.Execute(t.Context(), dto.ListAllOrders{Page: 100, Size: 1000})
	require.NoError(t, err, "100 times 100 is not too deep")
	assert.Empty(t, last.Orders)
	assert.Equal(t, 100, last.Size)
}
