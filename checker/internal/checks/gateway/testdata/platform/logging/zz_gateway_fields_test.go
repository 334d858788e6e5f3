package logging_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// zzgCard is a value that knows how to log itself, without knowing what is secret.
type zzgCard struct {
	Owner    string            `json:"owner"`
	Password string            `json:"password"`
	Digits   int64             `json:"cvv"`
	More     map[string]string `json:"more"`
}

func (c *zzgCard) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	enc.AddString("owner", c.Owner)
	enc.AddString("password", c.Password)
	enc.AddInt64("cvv", c.Digits)
	return enc.AddReflected("more", c.More)
}

type zzgSpeaks struct{ text string }

func (s *zzgSpeaks) String() string { return "says Bearer " + s.text }

func TestZZGatewayFields(t *testing.T) {
	card := &zzgCard{Owner: "ada", Password: "hunter2", Digits: 77771, More: map[string]string{"token": "hunter2", "note": "Bearer hunter2"}}
	address, err := url.Parse("https://tea.test/pay?as=eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.hunter2")
	zzgOurs(t, err)
	const owner = `"ada"`
	for _, c := range []struct {
		id, what string
		field    zap.Field
		keeps    string
	}{
		{"string", `zap.String("x", "the header is Bearer hunter2")`, zap.String("x", "the header is Bearer hunter2"), "the header is"},
		{"string", `zap.ByteString("x", …)`, zap.ByteString("x", []byte("the header is Bearer hunter2")), "the header is"},
		{"name", `zap.String("Password", …)`, zap.String("Password", "hunter2"), "Password"},
		{"name", `zap.Int("cvv", …)`, zap.Int("cvv", 77771), "cvv"},
		{"name", `zap.Any("client_secret", a map)`, zap.Any("client_secret", map[string]string{"a": "hunter2"}), "client_secret"},
		{"name", `zap.Stringer("token", …)`, zap.Stringer("token", &zzgSpeaks{"hunter2"}), "token"},
		{"error", `zap.Error(…)`, zap.Error(errors.New("dial postgres://order:hunter2@db: refused")), "refused"},
		{"error", `zap.NamedError("cause", …)`, zap.NamedError("cause", fmt.Errorf("call: %w", errors.New("Bearer hunter2 is not known"))), "is not known"},
		{"stringer", `zap.Stringer("x", …)`, zap.Stringer("x", &zzgSpeaks{"hunter2"}), "says"},
		{"stringer", `zap.Stringer("x", a *url.URL)`, zap.Stringer("x", address), "https://tea.test/pay"},
		{"stringer", `zap.Any("x", a *url.URL)`, zap.Any("x", address), "https://tea.test/pay"},
		{"binary", `zap.Binary("x", …)`, zap.Binary("x", []byte("hunter2")), "x"},
		{"any", `zap.Any("x", a struct)`, zap.Any("x", *card), owner},
		{"any", `zap.Any("x", a list of pointers)`, zap.Any("x", []any{[]*struct{ Card any }{{Card: *card}}}), owner},
		{"any", `zap.Any("x", a map in a list in a map)`, zap.Any("x", map[string]any{"a": []any{map[string]any{"Secret": "hunter2", "b": "ada"}}}), owner},
		{"any", `zap.Any("x", json.RawMessage)`, zap.Any("x", json.RawMessage(`{"password":"hunter2","a":"ada"}`)), owner},
		{"strings", `zap.Strings("x", …)`, zap.Strings("x", []string{"Bearer hunter2", "ada"}), owner},
		{"strings", `zap.Errors("x", …)`, zap.Errors("x", []error{errors.New("Bearer hunter2 is not known")}), "is not known"},
		{"object", `zap.Object("x", …)`, zap.Object("x", card), owner},
		{"object", `zap.Inline(…)`, zap.Inline(card), owner},
		{"object", `zap.Objects("x", …)`, zap.Objects("x", []*zzgCard{card}), owner},
		{"object", `zap.Dict("x", a Dict)`, zap.Dict("x", zap.Dict("y", zap.String("password", "hunter2"), zap.Int("cvv", 77771), zap.String("z", "ada"))), owner},
	} {
		zzgField(t, "secret-"+c.id, c.what, c.field, c.keeps, false)
		zzgField(t, "secret-"+c.id, c.what, c.field, c.keeps, true)
	}
	zzgField(t, "nil", "zap.Stringer of a nil pointer, whose String panics", zap.Stringer("x", (*zzgSpeaks)(nil)), "", false)
	zzgField(t, "nil", "zap.Error(nil)", zap.Error(nil), "", false)
	zzgField(t, "nil", `zap.Any("x", nil)`, zap.Any("x", nil), "", false)
	for _, c := range []struct {
		what  string
		field zap.Field
		keeps string
	}{
		{`zap.Int("n", 5)`, zap.Int("n", 5), `"n":5`},
		{`zap.Bool("ok", true)`, zap.Bool("ok", true), `"ok":true`},
		{`zap.String("order", "tea")`, zap.String("order", "tea"), `"order":"tea"`},
		{`zap.Any("x", a map with numbers)`, zap.Any("x", map[string]any{"minor_units": 9007199254740993, "ok": true}), `"minor_units":9007199254740993`},
	} {
		zzgField(t, "harmless", c.what, c.field, c.keeps, false)
	}
}

// zzgField logs one field, as one of the line or of the logger.
func zzgField(t *testing.T, id, what string, field zap.Field, keeps string, with bool) {
	t.Helper()
	log := zzgNewLog()
	func() {
		defer func() {
			if p := recover(); p != nil {
				zzgFail(t, zzgFailure{"nil", "a log line with " + what, "it is written", fmt.Sprintf("panic: %v", p), "a line of the log must not fail the request that it is about"})
			}
		}()
		if with {
			what = "a logger With " + what
			log.logger.With(field).Info("line")
			return
		}
		log.logger.Info("line", field)
	}()
	text, _ := log.last(t)
	if zzgLeak(text) != "" {
		zzgFail(t, zzgFailure{id, "a log line with " + what, "no secret", text, "a call site that forgets to mask is found when the secret is in the log: the logger masks for all of them"})
	}
	if !strings.Contains(text, keeps) {
		zzgFail(t, zzgFailure{"harmless", "a log line with " + what, "it still has " + keeps, text, "a log without what happened does not help"})
	}
}
