package config

import (
	"fmt"
	"os"
	"reflect"
	"strconv"
	"time"
)

func fillField(name string, field reflect.StructField, value reflect.Value) error {
	text := os.Getenv(name)
	if text == "" {
		fallback, hasDefault := field.Tag.Lookup("default")
		switch {
		case hasDefault:
			text = fallback
		case field.Tag.Get("optional") == "true":
			return nil
		default:
			return fmt.Errorf("%s is required", name)
		}
	}
	want, ok := set(value, text)
	if ok {
		return nil
	}
	_, cause := strconv.ParseInt(text, 10, 64)
	if value.Type() == reflect.TypeFor[time.Duration]() {
		_, cause = time.ParseDuration(text)
	}
	if value.Type() == reflect.TypeFor[Secret]() || field.Tag.Get("secret") == "true" {
		text = masked
	}
	return fmt.Errorf("%s is %q, want %s: %w", name, text, want, cause)
}
