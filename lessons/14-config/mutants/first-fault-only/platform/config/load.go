package config

import "reflect"

func (r *reader) fill(v reflect.Value) {
	for i := range v.NumField() {
		if len(r.faults) > 0 {
			return
		}
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
