package config

import (
	"fmt"
	"os"
	"reflect"
)

func fillField(name string, field reflect.StructField, value reflect.Value) error {
	fallback, hasDefault := field.Tag.Lookup("default")
	text := os.Getenv(name)
	if text != "" {
		want, ok := set(value, text)
		if ok {
			return nil
		}
		if !hasDefault {
			if value.Type() == reflect.TypeFor[Secret]() || field.Tag.Get("secret") == "true" {
				text = masked
			}
			return fmt.Errorf("%s is %q, want %s", name, text, want)
		}
	}
	switch {
	case hasDefault:
		set(value, fallback)
	case field.Tag.Get("optional") != "true":
		return fmt.Errorf("%s is required", name)
	}
	return nil
}
