package logging_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"shop/platform/logging"
)

const jwtLike = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.hunter2"

type credentials struct {
	User     string            `json:"user"`
	Password string            `json:"password"`
	More     map[string]string `json:"more"`
	Digits   int64             `json:"cvv"`
}

func (c *credentials) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("user", c.User)
	enc.AddString("password", c.Password)
	enc.AddInt64("cvv", c.Digits)
	enc.AddDuration("age", time.Second)
	return enc.AddReflected("more", c.More)
}

type speaks struct{ text string }

func (s *speaks) String() string { return "Bearer " + s.text }

func logged(t *testing.T, fields ...zap.Field) (line map[string]any, text string) {
	t.Helper()
	var out bytes.Buffer
	logging.NewTo(&out, logging.Config{Level: "info"}, "order").Info("line", fields...)
	require.NoError(t, json.Unmarshal(out.Bytes(), &line), out.String())
	_, text, _ = strings.Cut(out.String(), `"level"`) // the time before it has digits of its own
	return line, text
}

func TestMaskField_EveryKind_HidesSecrets(t *testing.T) {
	t.Parallel()
	secret := &credentials{
		User: "ada", Password: "hunter2", Digits: 77771, More: map[string]string{"token": "hunter2", "note": "Bearer hunter2"},
	}
	address, err := url.Parse("https://example.test/?x=" + jwtLike)
	require.NoError(t, err)
	for name, field := range map[string]zap.Field{
		"any struct":   zap.Any("x", *secret),
		"any pointer":  zap.Any("x", []*credentials{secret}),
		"any map":      zap.Any("x", map[string]any{"a": []any{map[string]any{"Secret": "hunter2", jwtLike: 1}}}),
		"object":       zap.Object("x", secret),
		"inline":       zap.Inline(secret),
		"dict":         zap.Dict("x", zap.Dict("y", zap.String("password", "hunter2"), zap.Int("cvv", 77771))),
		"objects":      zap.Objects("x", []*credentials{secret}),
		"strings":      zap.Strings("x", []string{"Bearer hunter2", jwtLike}),
		"errors":       zap.Errors("x", []error{errors.New("Bearer hunter2")}),
		"bytes":        zap.ByteString("x", []byte("Bearer hunter2")),
		"binary":       zap.Binary("x", []byte("hunter2")),
		"stringer":     zap.Stringer("x", &speaks{"hunter2"}),
		"any stringer": zap.Any("x", address),
		"raw json":     zap.Any("x", json.RawMessage(`{"password":"hunter2"}`)),
		"number":       zap.Int("cvv", 77771),
		"key":          zap.Any("Password", map[string]string{"a": "hunter2"}),
	} {
		_, text := logged(t, field)
		assert.NotContains(t, text, "hunter2", name)
		assert.NotContains(t, text, "77771", name)
		assert.NotContains(t, text, "aHVudGVyMg", name)
	}
}

func TestMaskField_OtherValues_AreUnchanged(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 5, 12, 0, 0, 123456000, time.UTC)

	line, _ := logged(t,
		zap.Any("struct", credentials{User: "ada"}), zap.Inline(&credentials{User: "eve"}), zap.Strings("list", []string{"a", "b"}),
		zap.Any("big", map[string]int64{"n": 9007199254740993}), zap.Any("at", map[string]time.Time{"t": at}),
		zap.Duration("took", time.Second), zap.ByteString("bytes", []byte("tea")), zap.Binary("binary", []byte{1, 2, 3}),
		zap.Stringer("nil", (*speaks)(nil)), zap.Any("broken", make(chan int)), zap.Namespace("deep"), zap.Int("n", 1))

	assert.Equal(t, "ada", line["struct"].(map[string]any)["user"])
	assert.Equal(t, "eve", line["user"])
	assert.Equal(t, "1s", line["age"])
	assert.Equal(t, []any{"a", "b"}, line["list"])
	assert.Equal(t, map[string]any{"t": "2026-01-05T12:00:00.123456Z"}, line["at"])
	assert.Equal(t, "1s", line["took"])
	assert.Equal(t, "tea", line["bytes"])
	assert.Equal(t, "3 bytes", line["binary"])
	assert.Contains(t, line["broken"], "cannot be logged")
	assert.Equal(t, map[string]any{"n": 1.0}, line["deep"])
	_, text := logged(t, zap.Any("big", map[string]int64{"n": 9007199254740993}))
	assert.Contains(t, text, "9007199254740993")
}
