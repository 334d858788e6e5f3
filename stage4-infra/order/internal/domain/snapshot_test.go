package domain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"shop/order/internal/domain"
)

func TestARestoredOrderIsWhatWasStored(t *testing.T) {
	t.Parallel()
	tea := item(t, "tea", 2, 500, "EUR")
	stored := domain.Snapshot{
		ID: "o", BuyerID: "b", Status: domain.StatusCancelled, Items: []domain.Item{tea}, Total: euros(t, 1000),
		CancelCode: domain.CancelOutOfStock, CancelReason: "no tea", Version: 3, CreatedAt: noon, UpdatedAt: later,
	}

	o := domain.RestoreOrder(stored)

	assert.Equal(t, stored, domain.Snapshot{
		ID: o.ID(), BuyerID: o.BuyerID(), Status: o.Status(), Items: o.Items(), Total: o.Total(), CancelCode: o.CancelCode(),
		CancelReason: o.CancelReason(), Version: o.Version(), CreatedAt: o.CreatedAt(), UpdatedAt: o.UpdatedAt(),
	})
	assert.Empty(t, o.Events(), "it happened long ago")
	assert.Equal(t, int32(2), o.Items()[0].Quantity())
	assert.Equal(t, euros(t, 500), o.Items()[0].UnitPrice())
}
