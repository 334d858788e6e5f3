package query_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/order/internal/domain"
	"shop/order/internal/query"
)

// Answers are kept as JSON: what was stored by the version before must still mean the same.
func TestStoredAnswersCanBeRead(t *testing.T) {
	t.Parallel()
	price, err := domain.NewMoney(500, "EUR")
	require.NoError(t, err)
	item, err := domain.NewItem("tea", 2, price)
	require.NoError(t, err)
	order, err := domain.NewOrder("o", "b", []domain.Item{item}, time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	const stored = `{"id":"o","buyer_id":"b","status":1,"items":[{"sku":"tea","quantity":2,"unit_price":500}],"total_minor":1000,
		"currency":"EUR","cancel_reason":"","version":1,"created_at":"2026-05-01T12:00:00Z","updated_at":"2026-05-01T12:00:00Z"}`
	var old query.Order
	require.NoError(t, json.Unmarshal([]byte(stored), &old))

	assert.Equal(t, query.FromOrder(order), old)
	written, err := json.Marshal(query.FromOrder(order))
	require.NoError(t, err)
	assert.JSONEq(t, stored, string(written))
}
