package config

import (
	"fmt"
	"os"
	"reflect"
)

func fillField(name string, field reflect.StructField, value reflect.Value) error {
	text, isSet := os.LookupEnv(name)
	if !isSet {
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
	if value.Type() == reflect.TypeFor[Secret]() || field.Tag.Get("secret") == "true" {
		text = masked
	}
	return fmt.Errorf("%s is %q, want %s", name, text, want)
}
