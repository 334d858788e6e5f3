// Hidden checks of the lesson on configuration. They use only names that the lesson gives.
package config_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"shop/platform/config"
)

func TestZZConfigValues(t *testing.T) {
	filled := zzcService{
		Addr: "127.0.0.1:0", Timeout: 250 * time.Millisecond, Endpoint: "collector:4317", PIN: 42,
		Pool: zzcPool{URL: "postgres://u:p@h/d", Size: 3, MaxSize: 5}, ZZCLimits: ZZCLimits{Rate: 0.5, Burst: 9},
	}
	filled.Deep.Inner.Bytes = 5_000_000_000
	defaults := zzcService{
		Addr: "a", Timeout: 90 * time.Second, Debug: true, PIN: 1234,
		Pool: zzcPool{URL: "u", Size: 10, MaxSize: 20}, ZZCLimits: ZZCLimits{Rate: 2.5, Burst: 7},
	}
	defaults.Deep.Inner.Bytes = 9_000_000_000
	for _, c := range []struct {
		name string
		env  map[string]string
		want zzcService
		why  string
	}{
		{"set", zzcFull(), filled, "each variable belongs to one field, also in a struct inside a struct"},
		{"defaults", map[string]string{"ZZC_ADDR": "a", "ZZC_POOL_URL": "u"}, defaults, "a variable that is not set has its default"},
		{"empty", map[string]string{"ZZC_ADDR": "a", "ZZC_POOL_URL": "u", "ZZC_TIMEOUT": "", "ZZC_POOL_SIZE": "", "ZZC_DEBUG": "", "ZZC_ENDPOINT": ""}, defaults,
			"a compose file or a manifest often sets a variable to nothing: empty is the same as not set"},
	} {
		var cfg zzcService
		cfg.Ignored = "kept"
		c.want.Ignored = "kept"
		if err := zzcLoad(t, c.env, &cfg); err != nil {
			zzcFail(t, zzcFailure{c.name, "an environment in which nothing is wrong", "no error", zzcText(err), c.why})
		}
		if field, want, seen := zzcDifference(reflect.ValueOf(c.want), reflect.ValueOf(cfg)); field != "" {
			zzcFail(t, zzcFailure{c.name, "the field " + field, want, seen, c.why})
		}
	}
	for _, cfg := range []any{nil, zzcService{}, new(int), (*zzcService)(nil), map[string]string{}} {
		if err := zzcLoad(t, zzcFull(), cfg); err == nil {
			zzcFail(t, zzcFailure{"not-a-struct", fmt.Sprintf("Load(%T)", cfg), "an error", "no error",
				"a copy would be filled and thrown away, and the service would run on zeros"})
		}
	}
}

// zzcDifference names the first field in which two structs differ.
func zzcDifference(want, seen reflect.Value) (field, wanted, got string) {
	for i := range want.NumField() {
		name := want.Type().Field(i).Name
		if want.Field(i).Kind() == reflect.Struct {
			if inner, w, s := zzcDifference(want.Field(i), seen.Field(i)); inner != "" {
				return name + "." + inner, w, s
			}
		} else if !want.Field(i).Equal(seen.Field(i)) {
			return name, fmt.Sprintf("%#v", zzcPlain(want.Field(i))), fmt.Sprintf("%#v", zzcPlain(seen.Field(i)))
		}
	}
	return "", "", ""
}

func zzcPlain(v reflect.Value) any {
	if v.Kind() == reflect.String {
		return v.String()
	}
	return v.Interface()
}

func TestZZConfigAllFaults(t *testing.T) {
	err := zzcLoad(t, map[string]string{}, &zzcService{})
	for _, name := range []string{"ZZC_ADDR", "ZZC_POOL_URL"} {
		if zzcMentions(err, name) == 0 {
			zzcFail(t, zzcFailure{"missing", "an environment without " + name, "an error that names it", zzcText(err),
				"a service must not start with half a configuration and fail at the first request"})
		}
	}
	env := zzcWith("ZZC_ADDR", "-", "ZZC_TIMEOUT", "soon", "ZZC_DEBUG", "perhaps", "ZZC_POOL_URL", "-", "ZZC_POOL_SIZE", "many", "ZZC_BYTES", "1.5",
		"ZZC_RATE", "fast", "ZZC_BURST", "x")
	err = zzcLoad(t, env, &zzcService{})
	for _, name := range []string{"ZZC_ADDR", "ZZC_TIMEOUT", "ZZC_DEBUG", "ZZC_POOL_URL", "ZZC_POOL_SIZE", "ZZC_BYTES", "ZZC_RATE", "ZZC_BURST"} {
		switch n := zzcMentions(err, name); {
		case n == 0:
			zzcFail(t, zzcFailure{"hidden", "an environment with eight faults, one of them in " + name, "an error that names all of them", zzcText(err),
				"each fault that is shown only after another was repaired costs a deployment"})
		case n > 1:
			zzcFail(t, zzcFailure{"twice", "the fault in " + name, "one line of the error", fmt.Sprintf("%d lines: %s", n, zzcText(err)),
				"a variable that could not be read leaves a zero, and a complaint about the zero hides the cause"})
		}
	}
	if !strings.Contains(err.Error(), "perhaps") || !strings.Contains(err.Error(), "soon") {
		zzcFail(t, zzcFailure{"not-quoted", "the invalid values perhaps and soon", "both in the error", zzcText(err),
			"the person who reads it must recognise what they wrote"})
	}
	for _, name := range []string{"ZZC_ENDPOINT", "ZZC_POOL_SIZE_MAX", "ZZC_PIN"} {
		if zzcMentions(err, name) > 0 {
			zzcFail(t, zzcFailure{"false-alarm", "an error about " + name + ", which is valid or optional", "only what is wrong", zzcText(err),
				"a person repairs what was right"})
		}
	}
}

func TestZZConfigRules(t *testing.T) {
	for _, c := range []struct {
		id, what string
		env      map[string]string
		names    []string
		not      []string
		why      string
	}{
		{"top", "a rule of the outer struct", zzcWith("ZZC_TIMEOUT", "2h"), []string{"ZZC_TIMEOUT"}, nil, "Validate exists to be called"},
		{"nested", "a rule of a struct inside the struct", zzcWith("ZZC_POOL_SIZE", "0", "ZZC_TIMEOUT", "1s"), []string{"ZZC_POOL_SIZE"}, []string{"ZZC_TIMEOUT"},
			"each package brings its own rules; the service only puts its structs together"},
		{"embedded", "a rule of an embedded struct, whose Validate the outer one hides", zzcWith("ZZC_RATE", "-1"), []string{"ZZC_RATE"}, nil,
			"the method of the outer struct is found, and the one of the embedded struct must be called as well"},
		{"joined", "two rules of one struct", zzcWith("ZZC_POOL_SIZE", "0", "ZZC_POOL_SIZE_MAX", "0"), []string{"ZZC_POOL_SIZE", "ZZC_POOL_SIZE_MAX"}, nil,
			"errors.Join holds several faults"},
		{"hidden", "a rule of a struct in which another variable is missing", zzcWith("ZZC_POOL_URL", "-", "ZZC_POOL_SIZE", "0", "ZZC_TIMEOUT", "1s"),
			[]string{"ZZC_POOL_URL", "ZZC_POOL_SIZE"}, nil, "the rule is broken whether or not the other variable is there"},
		{"lost", "a rule about ZZC_POOL_SIZE_MAX while ZZC_POOL_SIZE is invalid", zzcWith("ZZC_POOL_SIZE", "many", "ZZC_POOL_SIZE_MAX", "0"),
			[]string{"ZZC_POOL_SIZE", "ZZC_POOL_SIZE_MAX"}, nil, "one name begins with the other, and they are two variables"},
		{"twice", "a rule of the outer struct about a variable of an inner one that is invalid", zzcWith("ZZC_POOL_SIZE", "many", "ZZC_TIMEOUT", "0s"),
			[]string{"ZZC_POOL_SIZE"}, []string{"ZZC_TIMEOUT"}, "the zero that an invalid variable leaves breaks rules on every level; only the cause is of use"},
	} {
		err := zzcLoad(t, c.env, &zzcService{})
		for _, name := range c.names {
			if n := zzcMentions(err, name); n != 1 {
				zzcFail(t, zzcFailure{c.id, c.what, "an error with one line about " + name, fmt.Sprintf("%d lines: %s", n, zzcText(err)), c.why})
			}
		}
		for _, name := range c.not {
			if zzcMentions(err, name) > 0 {
				zzcFail(t, zzcFailure{c.id, c.what, "no line about " + name, zzcText(err), c.why})
			}
		}
	}
}

func TestZZConfigStrict(t *testing.T) {
	for _, c := range []struct{ name, value, why string }{
		{"ZZC_POOL_SIZE", "many", "not a number"},
		{"ZZC_POOL_SIZE", "3.5", "not a whole number"},
		{"ZZC_POOL_SIZE", "5 connections", "the rest of the text was meant to say something"},
		{"ZZC_POOL_SIZE", "5 ", "a space is something after the number"},
		{"ZZC_POOL_SIZE", "99999999999999999999", "too large for an int"},
		{"ZZC_BURST", "3000000000", "too large for an int32: what is stored would be negative"},
		{"ZZC_RATE", "fast", "not a number"},
		{"ZZC_RATE", "NaN", "no comparison with it is true, so no rule refuses it"},
		{"ZZC_RATE", "+Inf", "a limit that does not limit"},
		{"ZZC_RATE", "-Inf", "not a finite number"},
		{"ZZC_TIMEOUT", "5", "five what? A duration has a unit"},
		{"ZZC_TIMEOUT", "soon", "not a duration"},
		{"ZZC_TIMEOUT", "-5s", "a timeout that has passed before it begins"},
		{"ZZC_DEBUG", "perhaps", "neither true nor false"},
	} {
		// No rules: a rule that refuses the value would hide that it was stored.
		err := zzcLoad(t, zzcWith(c.name, c.value), &struct {
			Size    int           `env:"ZZC_POOL_SIZE" default:"10"`
			Burst   int32         `env:"ZZC_BURST" default:"7"`
			Rate    float64       `env:"ZZC_RATE" default:"2.5"`
			Timeout time.Duration `env:"ZZC_TIMEOUT" default:"1m30s"`
			Debug   bool          `env:"ZZC_DEBUG" default:"true"`
		}{})
		if zzcMentions(err, c.name) == 0 {
			zzcFail(t, zzcFailure{"accepted", fmt.Sprintf("%s=%q", c.name, c.value), "an error that names " + c.name, zzcText(err),
				c.why + "; the service would run with a value that no person has chosen"})
		}
	}
	for _, c := range []struct{ name, value string }{
		{"ZZC_POOL_SIZE", "2147483647"}, {"ZZC_BURST", "-2147483648"}, {"ZZC_BYTES", "9223372036854775807"}, {"ZZC_RATE", "1e3"}, {"ZZC_TIMEOUT", "1h0m0.5s"},
	} {
		env := zzcWith(c.name, c.value)
		if err := zzcLoad(t, env, &struct {
			Size    int           `env:"ZZC_POOL_SIZE"`
			Burst   int32         `env:"ZZC_BURST"`
			Bytes   int64         `env:"ZZC_BYTES"`
			Rate    float64       `env:"ZZC_RATE"`
			Timeout time.Duration `env:"ZZC_TIMEOUT"`
		}{}); err != nil {
			zzcFail(t, zzcFailure{"refused", fmt.Sprintf("%s=%q", c.name, c.value), "no error", zzcText(err), "it fits"})
		}
	}
	err := zzcLoad(t, zzcWith("ZZC_LIST", "a,b", "ZZC_ADDR", "-"), &struct {
		List []string `env:"ZZC_LIST"`
		Addr string   `env:"ZZC_ADDR"`
	}{})
	for _, name := range []string{"ZZC_LIST", "ZZC_ADDR"} {
		if zzcMentions(err, name) == 0 {
			zzcFail(t, zzcFailure{"unknown-type", "a field of a type that config cannot fill, and another fault", "an error that names " + name, zzcText(err),
				"a field that is left out without a word is a setting that does nothing"})
		}
	}
}

func TestZZConfigMasked(t *testing.T) {
	const value = "hunter2"
	for _, c := range []struct {
		what string
		cfg  any
	}{
		{"an invalid number with secret:\"true\"", &struct {
			PIN int `env:"ZZC_SECRET" secret:"true"`
		}{}},
		{"an invalid duration with secret:\"true\" in a struct inside", &struct {
			Inner struct {
				Wait time.Duration `env:"ZZC_SECRET" secret:"true"`
			}
		}{}},
		{"a type that config cannot fill, with secret:\"true\"", &struct {
			List []config.Secret `env:"ZZC_SECRET" secret:"true"`
		}{}},
	} {
		err := zzcLoad(t, map[string]string{"ZZC_SECRET": value}, c.cfg)
		if zzcMentions(err, "ZZC_SECRET") == 0 {
			zzcFail(t, zzcFailure{"accepted", c.what, "an error that names ZZC_SECRET", zzcText(err), "a secret is read as strictly as any other value"})
		}
		if strings.Contains(err.Error(), value) {
			zzcFail(t, zzcFailure{"shown", c.what, "an error without its value", zzcText(err),
				"the error goes to the log, and the log to everyone who may read logs; the parser's own error quotes the text as well"})
		}
	}
}
