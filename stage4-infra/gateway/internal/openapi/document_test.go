package openapi

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestJSON_IsValid(t *testing.T) {
	t.Parallel()
	raw, err := JSON()
	require.NoError(t, err)
	document, err := openapi3.NewLoader().LoadFromData(raw)
	require.NoError(t, err)

	assert.NoError(t, document.Validate(t.Context()))
}

func TestJSON_IsDeterministic(t *testing.T) {
	t.Parallel()
	first, err := JSON()
	require.NoError(t, err)
	second, err := JSON()
	require.NoError(t, err)

	assert.Equal(t, string(first), string(second), "otherwise its ETag would change")
}

func TestMerge_Duplicate_Fails(t *testing.T) {
	t.Parallel()
	whole := map[string]any{"paths": map[string]any{"/a": map[string]any{"get": 1}}}

	require.NoError(t, join(whole, map[string]any{"paths": map[string]any{"/a": map[string]any{"post": 2}}}, ""))
	assert.EqualError(t, join(whole, map[string]any{"paths": map[string]any{"/a": map[string]any{"get": 3}}}, ""),
		"it is described twice: paths /a get")
}
