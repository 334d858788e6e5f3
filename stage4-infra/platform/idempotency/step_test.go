package idempotency_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/platform/errs"
	"shop/platform/idempotency"
)

func TestParseStep_AnySpellingOfAnID_ReturnsTheSameStep(t *testing.T) {
	t.Parallel()
	const saga, order = "6f1c1a52-6f0e-4d6c-9a3e-6a5d3f0f2a11", "0b8e5a0c-2f0a-4b62-8c33-1f1f5a7a9e22"
	step, about, err := idempotency.ParseStep(strings.ToUpper(saga), "RESERVE", "{"+order+"}")
	require.NoError(t, err)
	assert.Equal(t, idempotency.Step{SagaID: saga, Name: "RESERVE", OrderID: order}, step)
	assert.Equal(t, order, about)
}

func TestParseStep_InvalidInput(t *testing.T) {
	t.Parallel()
	const id = "6f1c1a52-6f0e-4d6c-9a3e-6a5d3f0f2a11"
	for name, c := range map[string][3]string{
		"no saga":             {"", "RESERVE", id},
		"no order":            {id, "RESERVE", "order-1"},
		"no name":             {id, "", id},
		"a long name":         {id, strings.Repeat("x", 65), id},
		"a control character": {id, "RESERVE\x00", id},
	} {
		_, _, err := idempotency.ParseStep(c[0], c[1], c[2])
		assert.Equal(t, errs.InvalidInput, errs.CodeOf(err), name)
	}
}
