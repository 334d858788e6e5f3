package logging_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"stagecraft/stage1-mvp/platform/logging"
)

func TestCardsAreMaskedAndOtherNumbersAreNot(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"card 4242424242424242.":               "card ***.",
		"4242 4242 4242 4242":                  "***",
		"4242-4242-4242-4242":                  "***",
		"3782 822463 10005":                    "***",
		"paid with tok_visa_1":                 "paid with tok_***",
		"4242424242424241 fails its check":     "4242424242424241 fails its check",
		"order 12345":                          "order 12345",
		"11111111-1111-4111-8111-111111111111": "11111111-1111-4111-8111-111111111111",
		"00000000-0000-4000-8000-000000000000": "00000000-0000-4000-8000-000000000000",
		"2026-11-21 04:58:27":                  "2026-11-21 04:58:27",
	} {
		assert.Equal(t, want, logging.Mask(text))
	}
}
