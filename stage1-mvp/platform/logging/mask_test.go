package logging_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"stagecraft/stage1-mvp/platform/logging"
)

func TestAPrivateKeyIsMaskedWhereverItIsCut(t *testing.T) {
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
