package middleware

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

const maxLoggedBody = 2000

func TestMasked_Secrets(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"sku":"tea","password":"hunter2"}`:            `{"sku":"tea","password":"***"}`,
		`{"Token" : "hunter2", "n": 1}`:                 `{"Token" : "***", "n": 1}`,
		`{"cvv":123,"card_number":"4111 1111"}`:         `{"cvv":"***","card_number":"***"}`,
		`{"password":"with \" a quote hunter2","n":1}`:  `{"password":"***","n":1}`,
		`{"a":{"secret":"hunter2`:                       `{"a":{"secret":"***"`,
		`{"n":1,"token":["hunter2"],"m":2}`:             `{"n":1,"token":"***"`,
		`{"a":[1,{"secret": {"x":"hunter2"}}]}`:         `{"a":[1,{"secret": "***"`,
		`{"items":[{"sku":"tea"}],"cvv":1}`:             `{"items":[{"sku":"tea"}],"cvv":"***"}`,
		`{"note":"Bearer hunter2"}`:                     `{"note":"Bearer ***"}`,
		`{"note":"say \"password\" aloud","minor_u":5}`: `{"note":"say \"password\" aloud","minor_u":5}`,
	} {
		r := &record{limit: maxLoggedBody}
		r.add([]byte(body))
		assert.Equal(t, want, r.masked())
	}
}

func TestMasked_LongBody_IsCut(t *testing.T) {
	t.Parallel()
	r := &record{limit: maxLoggedBody}
	r.add([]byte(`{"a":"`))
	for range 3 {
		r.add([]byte(strings.Repeat("x", 900)))
	}
	assert.Equal(t, `{"a":"`+strings.Repeat("x", maxLoggedBody-len(`{"a":"`)), r.masked())
}

func TestMasked_NotAJSONObject_IsItsLength(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`username=customer&password=hunter2`, `{'password':'hunter2'}`, `{username:customer,password:hunter2}`, `["customer","hunter2"]`,
		`"hunter2"`, `{"password" "hunter2"}`, `{"password":"a"hunter2"}`, `{"n":1} hunter2`, "\xff\xfe{\"password\":\"hunter2\"}",
		"{\x00\"\x00p\x00w\x00\"\x00:\x00\"\x00hunter2", "{\"password\":\"a\nhunter2\"}",
	} {
		r := &record{limit: maxLoggedBody}
		r.add([]byte(body))
		assert.NotContains(t, r.masked(), "hunter2", body)
	}
	assert.Empty(t, (&record{limit: maxLoggedBody}).masked())
}

func TestMasked_NeverLongerThanLimit(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"masked is longer than it was": "{" + strings.Repeat(`"cvv":1,`, 500),
		"no rune is cut in two":        `{"a":"` + strings.Repeat("€", 3000),
		"bytes that are no text":       `{"a":"` + strings.Repeat("\xff", 3000),
	} {
		r := &record{limit: maxLoggedBody}
		r.add([]byte(body))
		assert.LessOrEqual(t, utf8.RuneCountInString(r.masked()), maxLoggedBody, name)
		assert.True(t, utf8.ValidString(r.masked()), name)
	}
}

func TestMasked_CardAtTheCut_IsMasked(t *testing.T) {
	t.Parallel()
	for digits := range 16 {
		r := &record{limit: maxLoggedBody}
		beginning := `{"note":"`
		r.add([]byte(beginning + strings.Repeat("x", maxLoggedBody-len(beginning)-digits-1) + " 4242424242424242 and more" + strings.Repeat("y", 9000)))

		assert.NotContains(t, r.masked(), "4", "cut after %d of 16 digits", digits)
	}
}
