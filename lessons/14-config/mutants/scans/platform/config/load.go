package config

import (
	"fmt"
	"reflect"
	"strconv"
	"time"
)

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
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Float64:
		_, err := fmt.Sscan(text, value.Addr().Interface())
		return "a number", err == nil
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		value.SetBool(b)
		return "true or false", err == nil
	default:
		return "a type that config can fill, not " + value.Type().String(), false
	}
}
