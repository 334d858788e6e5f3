package usecase_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/domain"
	"shop/inventory/internal/usecase/dto"
	"shop/platform/errs"
)

func TestSagaSteps_InvalidStep_ReturnsInvalidInput(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(5, "tea")
	for name, spoil := range map[string]func(r *dto.Reserve){
		"no saga":       func(r *dto.Reserve) { r.SagaID = "" },
		"no order":      func(r *dto.Reserve) { r.OrderID = "42" },
		"no name":       func(r *dto.Reserve) { r.StepName = "" },
		"a novel of it": func(r *dto.Reserve) { r.StepName = strings.Repeat("x", 65) },
	} {
		request := reservation(dto.Item{SKU: "tea", Quantity: 1})
		spoil(&request)

		_, err := i.steps.Reserve(t.Context(), request)
		assert.Equal(t, "INVALID_STEP", errs.From(err).Reason, name)
		_, err = i.steps.Release(t.Context(), undo(request))
		assert.Equal(t, "INVALID_STEP", errs.From(err).Reason, name)
	}
	i.wantStock("tea", 5, 0)
}

func TestReserve_InvalidItems_ReturnsInvalidInput(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(5, "tea")
	for name, items := range map[string][]dto.Item{
		"none":            nil,
		"a sku with gaps": {{SKU: "green tea", Quantity: 1}},
		"less than one":   {{SKU: "tea", Quantity: 1}, {SKU: "tea", Quantity: -1}},
	} {
		_, err := i.steps.Reserve(t.Context(), reservation(items...))
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), name)
	}
	i.wantStock("tea", 5, 0)
}

func TestStock_Unknown_ReturnsNotFound(t *testing.T) {
	t.Parallel()
	i := newInventory(t)

	_, err := i.get.Execute(t.Context(), "tea")
	assert.Equal(t, "STOCK_NOT_FOUND", errs.From(err).Reason)
	_, err = i.get.Execute(t.Context(), "green tea")
	assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), "what is no sku is not looked for")
	_, err = i.adjust.Execute(t.Context(), adjustment("k1", "tea", 1))
	assert.Equal(t, "PRODUCT_NOT_FOUND", errs.From(err).Reason, "stock without a product")
	i.product("tea")
	_, err = i.adjust.Execute(t.Context(), adjustment("k2", "tea", -1))
	assert.Equal(t, "STOCK_NOT_FOUND", errs.From(err).Reason, "nothing was delivered yet")
}

func TestAdjustStock_AboveTheLimit_ReturnsPrecondition(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(1, "tea")
	_, err := i.pool.Exec(t.Context(), "UPDATE stocks SET available = $1", domain.MaxAvailable)
	require.NoError(t, err)

	_, err = i.adjust.Execute(t.Context(), adjustment("k", "tea", 1))

	assert.Equal(t, "STOCK_FULL", errs.From(err).Reason)
	i.wantStock("tea", domain.MaxAvailable, 0)
}

func TestAdjustStock_InvalidRequest_ReturnsInvalidInput(t *testing.T) {
	t.Parallel()
	i := newInventory(t)
	for name, request := range map[string]dto.AdjustStock{
		"nothing":  adjustment("k", "tea", 0),
		"no sku":   adjustment("k", "", 1),
		"no key":   adjustment("", "tea", 1),
		"long key": adjustment(strings.Repeat("k", 1000), "tea", 1),
	} {
		_, err := i.adjust.Execute(t.Context(), request)
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), name)
	}
}

// A change of the tables by hand must be noticed at once, and nothing may be half done.
func TestRelease_TablesChangedByHand_ReturnsErrorAndChangesNothing(t *testing.T) {
	t.Parallel()
	i := newInventory(t).stocked(5, "tea")
	for name, meddle := range map[string]string{
		"shipped by hand":      "UPDATE reservations SET status = 3 WHERE saga_id = $1",
		"stock gone elsewhere": "UPDATE stocks SET reserved = 0 WHERE $1::uuid IS NOT NULL",
	} {
		request := reservation(dto.Item{SKU: "tea", Quantity: 2})
		_, err := i.steps.Reserve(t.Context(), request)
		require.NoError(t, err, name)
		_, err = i.pool.Exec(t.Context(), meddle, uuid.MustParse(request.SagaID))
		require.NoError(t, err, name)
		before, err := i.get.Execute(t.Context(), "tea")
		require.NoError(t, err, name)

		_, err = i.steps.Release(t.Context(), undo(request))

		assert.Error(t, err, name)
		i.wantStock("tea", before.Available, before.Reserved)
	}
}
