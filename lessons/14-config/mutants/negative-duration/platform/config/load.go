// Package config fills a struct from the environment and reports all faults at once.
package config

import (
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"time"
)

// Validator is a config struct with rules.
type Validator interface {
	Validate() error
}

type loader struct {
	faults []error
	bad    map[string]bool
	rules  []error
}

// Load fills the struct that cfg points to from the environment and returns all faults.
func Load(cfg any) error {
	v := reflect.ValueOf(cfg)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("config: need a pointer to a struct, have %T", cfg)
	}
	l := &loader{bad: map[string]bool{}}
	l.fill(v.Elem())
	for _, r := range l.rules {
		if !l.names(r.Error()) {
			l.faults = append(l.faults, r)
		}
	}
	return errors.Join(l.faults...)
}

var word = regexp.MustCompile(`[A-Za-z0-9_]+`)

func (l *loader) names(s string) bool {
	for _, w := range word.FindAllString(s, -1) {
		if l.bad[w] {
			return true
		}
	}
	return false
}

func (l *loader) fill(v reflect.Value) {
	t := v.Type()
	for i := range t.NumField() {
		f, fv := t.Field(i), v.Field(i)
		name, ok := f.Tag.Lookup("env")
		if !ok {
			if f.Type.Kind() == reflect.Struct && f.IsExported() {
				l.fill(fv)
			}
			continue
		}
		text := os.Getenv(name)
		if text == "" {
			d, has := f.Tag.Lookup("default")
			if !has {
				if f.Tag.Get("optional") != "true" && !l.bad[name] {
					l.bad[name] = true
					l.faults = append(l.faults, fmt.Errorf("%s is required", name))
				}
				continue
			}
			text = d
		}
		if want, ok := set(fv, text); !ok && !l.bad[name] {
			l.bad[name] = true
			if f.Type == reflect.TypeFor[Secret]() || f.Tag.Get("secret") == "true" {
				l.faults = append(l.faults, fmt.Errorf("%s must be %s", name, want))
			} else {
				l.faults = append(l.faults, fmt.Errorf("%s=%q must be %s", name, text, want))
			}
		}
	}
	if val, ok := v.Addr().Interface().(Validator); ok {
		l.flatten(val.Validate())
	}
}

func (l *loader) flatten(err error) {
	if err == nil {
		return
	}
	if m, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range m.Unwrap() {
			l.flatten(e)
		}
		return
	}
	l.rules = append(l.rules, err)
}

// Defaults returns a C in which every field has its default value.
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

func set(value reflect.Value, text string) (want string, ok bool) {
	if !value.CanSet() {
		return "an exported field", false
	}
	switch value.Type() {
	case reflect.TypeFor[time.Duration]():
		d, err := time.ParseDuration(text)
		if err != nil || text == "0" {
			return "a duration such as 5s", false
		}
		value.SetInt(int64(d))
		return "", true
	case reflect.TypeFor[Secret](), reflect.TypeFor[string]():
		value.SetString(text)
		return "", true
	case reflect.TypeFor[int](), reflect.TypeFor[int32](), reflect.TypeFor[int64]():
		n, err := strconv.ParseInt(text, 10, value.Type().Bits())
		if err != nil {
			return "a whole number", false
		}
		value.SetInt(n)
		return "", true
	case reflect.TypeFor[float64]():
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return "a number", false
		}
		value.SetFloat(f)
		return "", true
	case reflect.TypeFor[bool]():
		b, err := strconv.ParseBool(text)
		if err != nil {
			return "true or false", false
		}
		value.SetBool(b)
		return "", true
	}
	return "of a type that config can fill", false
}
