package logging_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"shop/platform/logging"
)

// Secrets are made of the letter Q and the digit 7, and nothing else is.
const secretText, secretNumber = "QQ\"Q\\Q,Q}QQ", 77777

// maker makes JSON of any shape with secrets under sensitive keys.
type maker struct{ *rand.Rand }

func (m maker) value(depth int) any {
	switch n := m.IntN(7); {
	case n < 2 && depth > 0:
		object := make(map[string]any)
		for range m.IntN(4) {
			if m.IntN(3) == 0 {
				object[m.sensitive()] = m.secret(depth - 1)
			} else {
				object[fmt.Sprintf("field_%d", m.IntN(5))] = m.value(depth - 1)
			}
		}
		return object
	case n < 3 && depth > 0:
		return []any{m.value(depth - 1), m.value(depth - 1)}
	case n < 5:
		return strings.Repeat("tea: \"green\", {x} ", m.IntN(3))
	case n < 6:
		return m.IntN(6)
	default:
		return nil
	}
}

func (m maker) sensitive() string {
	keys := []string{"password", "Token", "SECRET", "access_token", "Authorization", "cvv", "card_number", "private_key"}
	return keys[m.IntN(len(keys))]
}

func (m maker) secret(depth int) any {
	switch m.IntN(5) {
	case 0:
		return secretNumber
	case 1:
		return []any{secretText, m.value(depth)}
	case 2:
		return map[string]any{"x": secretText, "y": []int{secretNumber}}
	default:
		return secretText
	}
}

func FuzzMaskBody(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed, uint16(seed*7), seed%2 == 0)
	}
	f.Fuzz(func(t *testing.T, seed uint64, cut uint16, indented bool) {
		content := maker{rand.New(rand.NewPCG(seed, 1))}.value(5)
		raw, err := json.Marshal(content)
		require.NoError(t, err)
		body := string(raw)
		if indented {
			var out bytes.Buffer
			require.NoError(t, json.Indent(&out, raw, "", "  "))
			body = out.String()
		}

		for _, text := range []string{body, body[:int(cut)%(len(body)+1)]} {
			got := logging.MaskBody(text)
			assert.False(t, strings.ContainsAny(got, "Q7"), "seed %d: %s\nmasked: %s", seed, text, got)
		}
		line, _ := logged(t, zap.Any("content", content))
		got := fmt.Sprint(line["content"])
		assert.False(t, strings.ContainsAny(got, "Q7"), "seed %d: %s", seed, got)
	})
}

func TestMaskBody_KeySpellings(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"pass\u0077ord":"hunter2"}`, `{"PASSWORD":"hunter2"}`, `{"\u0074oken":["hunter2"]}`, "{\"password\"\n:\n\t\"hunter2\"}",
		`{"password_hash":"hunter2"}`, `{"new_Password":"hunter2"}`, `{"passwd":"hunter2"}`, `{"secrets":["hunter2"]}`, `{"client_secret":"hunter2"}`,
		`[{"password":{"a":"hunter2"}},{"x":"hunter2"`,
	} {
		assert.NotContains(t, logging.MaskBody(body), "hunter2")
	}
}
