// Package config fills a struct from the environment and reports everything that is wrong with it at once.
package config

import (
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Validator is a config struct with rules that tags cannot express. Load calls Validate after filling the fields, even if some could not be
// filled; faults that name such a variable are dropped, because it is reported already. Several faults are returned with errors.Join.
type Validator interface {
	Validate() error
}

// Load fills the struct that cfg points to from the environment, by the tags env:"NAME", default:"value" and optional:"true".
// Structs inside it are filled too. A variable with neither default nor optional is required. The error lists every missing and
// invalid value; it never quotes the value of a Secret or of a field with the tag secret:"true".
func Load(cfg any) error {
	v := reflect.ValueOf(cfg)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("config: %T is not a pointer to a struct", cfg)
	}
	if faults := load(v.Elem()); len(faults) > 0 {
		return fmt.Errorf("invalid configuration:\n%w", errors.Join(faults...))
	}
	return nil
}

func load(v reflect.Value) []error {
	var (
		faults []error
		broken []string
	)
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		name, tagged := field.Tag.Lookup("env")
		switch {
		case tagged:
			if err := fill(name, field, value); err != nil {
				faults, broken = append(faults, err), append(broken, name)
			}
		case field.Type.Kind() == reflect.Struct && (field.IsExported() || field.Anonymous):
			faults = append(faults, load(value)...)
		}
	}
	if rules, ok := v.Addr().Interface().(Validator); ok {
		faults = append(faults, brokenRules(rules.Validate(), broken)...)
	}
	return faults
}

// brokenRules splits what Validate found, and drops the faults that name a variable without a value: those are reported already.
func brokenRules(err error, broken []string) []error {
	if err == nil {
		return nil
	}
	found := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		found = joined.Unwrap()
	}
	return slices.DeleteFunc(slices.Clone(found), func(fault error) bool {
		return slices.ContainsFunc(broken, func(name string) bool { return strings.Contains(fault.Error(), name) })
	})
}

func fill(name string, field reflect.StructField, value reflect.Value) error {
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
	if value.Type() == reflect.TypeFor[Secret]() || field.Tag.Get("secret") == "true" {
		text = masked
	}
	return fmt.Errorf("%s is %q, want %s", name, text, want)
}

// set stores text in value and tells, when it cannot, what the text should have been.
func set(value reflect.Value, text string) (want string, ok bool) {
	if value.Type() == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return "a duration such as 500ms or 10m", false
		}
		value.SetInt(int64(d))
		return "", true
	}
	switch value.Kind() {
	case reflect.String:
		value.SetString(text)
		return "", true
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, value.Type().Bits())
		if err != nil {
			return "a whole number", false
		}
		value.SetInt(n)
		return "", true
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return "a number", false
		}
		value.SetFloat(f)
		return "", true
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return "true or false", false
		}
		value.SetBool(b)
		return "", true
	default:
		return "a type that config can fill, not " + value.Type().String(), false
	}
}
