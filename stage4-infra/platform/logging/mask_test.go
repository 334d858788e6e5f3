package logging_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"shop/platform/logging"
)

func TestMask_PrivateKeyCutAnywhere_IsMasked(t *testing.T) {
	t.Parallel()
	const begin, content, end = "-----BEGIN EC PRIVATE KEY-----", "\nMIGHunter2\nHunter2==\n", "-----END EC PRIVATE KEY-----"
	whole := begin + content + end

	assert.Equal(t, "key *** is weak", logging.Mask("key "+whole+" is weak"))
	for cut := len(begin); cut <= len(whole); cut++ {
		assert.Equal(t, "key ***", logging.Mask("key "+whole[:cut]))
	}
	assert.Equal(t, "*** and *** and more", logging.Mask(whole+" and "+whole+" and more"))
	assert.Equal(t, "*** and ***", logging.Mask(whole+" and "+begin+content))
	assert.Equal(t, `{"pem":"***`, logging.MaskBody(`{"pem":"`+begin+`\nMIGHunter2`))
	for _, harmless := range []string{"no PRIVATE KEY here", "-----BEGIN PUBLIC KEY-----\nMFkw", end + " of nothing"} {
		assert.Equal(t, harmless, logging.Mask(harmless))
	}
}

func TestMask_Cards(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"card 4242424242424242.":               "card ***.",
		"4242 4242 4242 4242":                  "***",
		"4242-4242-4242-4242":                  "***",
		"3782 822463 10005":                    "***",
		"paid with tok_visa_1":                 "paid with tok_***",
		"order 12345":                          "order 12345",
		"11111111-1111-4111-8111-111111111111": "11111111-1111-4111-8111-111111111111",
		"00000000-0000-4000-8000-000000000000": "00000000-0000-4000-8000-000000000000",
		"2026-11-21 04:58:27":                  "2026-11-21 04:58:27",
		"at 1764350000000000000":               "at 1764350000000000000",
	} {
		assert.Equal(t, want, logging.Mask(text))
	}
}

func TestMask_Bearer_InAnyCase(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Bearer hunter2", "bearer hunter2", "BEARER hunter2", "bEaReR hunter2"} {
		assert.Equal(t, "Bearer ***", logging.Mask(text))
	}
}
