// Package config fills a struct from the environment and reports all faults at once.
package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Validator is a config struct with rules that tags cannot express. Load calls Validate after filling the fields, even if some could not be
// filled; faults that name such a variable are dropped, because it is reported already. Several faults are returned with errors.Join.
type Validator interface {
	Validate() error
}

// Load fills the struct that cfg points to from the environment, by the tags env:"NAME", default:"value" and optional:"true".
// Structs inside it are filled too. A variable with neither default nor optional is required. The error lists every missing and
// invalid value; it never quotes the value of a Secret or of a field with the tag secret:"true". The value of such a field can also be given
// in a file, which NAME_FILE names.
func Load(cfg any) error {
	v := reflect.ValueOf(cfg)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("config: %T is not a pointer to a struct", cfg)
	}
	var r reader
	r.fill(v.Elem())
	if len(r.faults) > 0 {
		return fmt.Errorf("invalid configuration:\n%w", errors.Join(r.faults...))
	}
	return nil
}

// Defaults returns a C in which every field has its default value, without the environment. Required fields stay empty.
func Defaults[C any]() C {
	var cfg C
	setDefaults(reflect.ValueOf(&cfg).Elem())
	return cfg
}

func setDefaults(v reflect.Value) {
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		if fallback, ok := field.Tag.Lookup("default"); ok {
			set(value, fallback)
		} else if field.Type.Kind() == reflect.Struct && field.IsExported() {
			setDefaults(value)
		}
	}
}

// reader collects what is wrong while it fills a struct.
type reader struct {
	faults []error
	broken []string // the variables that faults already report
}

func (r *reader) fill(v reflect.Value) {
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		name, tagged := field.Tag.Lookup("env")
		switch {
		case tagged:
			if err := fillField(name, field, value); err != nil {
				r.faults, r.broken = append(r.faults, err), append(r.broken, name)
			}
		case field.Type.Kind() == reflect.Struct && field.IsExported():
			r.fill(value)
		}
	}
	if rules, ok := v.Addr().Interface().(Validator); ok {
		r.check(rules)
	}
}

func (r *reader) check(rules Validator) {
	err := rules.Validate()
	if err == nil {
		return
	}
	found := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		found = joined.Unwrap()
	}
	r.faults = append(r.faults, slices.DeleteFunc(slices.Clone(found), r.isReported)...)
}

// isReported says whether the fault names a variable that has no value and is reported for that already.
func (r *reader) isReported(fault error) bool {
	words := strings.FieldsFunc(fault.Error(), func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	return slices.ContainsFunc(r.broken, func(name string) bool { return slices.Contains(words, name) })
}

func fillField(name string, field reflect.StructField, value reflect.Value) error {
	secret := value.Type() == reflect.TypeFor[Secret]() || field.Tag.Get("secret") == "true"
	text, err := textOf(name, secret)
	if err != nil {
		return err
	}
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
	if secret {
		text = masked
	}
	return fmt.Errorf("%s is %q, want %s", name, text, want)
}

// set stores text in value. If it cannot, it returns what the text should have been.
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
