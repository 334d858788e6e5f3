package config

import (
	"math"
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
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
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
