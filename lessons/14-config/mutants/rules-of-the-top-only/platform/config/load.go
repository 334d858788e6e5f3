package config

import (
	"errors"
	"fmt"
	"reflect"
)

func Load(cfg any) error {
	v := reflect.ValueOf(cfg)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("config: %T is not a pointer to a struct", cfg)
	}
	var r reader
	r.fill(v.Elem())
	if rules, ok := cfg.(Validator); ok {
		r.check(rules)
	}
	if len(r.faults) > 0 {
		return fmt.Errorf("invalid configuration:\n%w", errors.Join(r.faults...))
	}
	return nil
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
}
