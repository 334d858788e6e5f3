package config

import (
	"encoding/json"
	"errors"
	"math/big"
	"reflect"
	"strconv"
	"time"
)

//stagecraft:add
var errUnfit = errors.New("does not fit")

// parsers has one function for each type that a field may have.
//
//stagecraft:add
var parsers = map[reflect.Type]func(text string) (any, error){
	reflect.TypeFor[string](): func(text string) (any, error) { return text, nil },
	reflect.TypeFor[Secret](): func(text string) (any, error) { return Secret(text), nil },
	reflect.TypeFor[int]():    func(text string) (any, error) { return strconv.Atoi(text) },
	reflect.TypeFor[int32](): func(text string) (any, error) {
		n, err := strconv.ParseInt(text, 10, 32)
		return int32(n), err
	},
	reflect.TypeFor[int64](): func(text string) (any, error) {
		n, ok := new(big.Int).SetString(text, 10)
		if !ok || !n.IsInt64() {
			return nil, errUnfit
		}
		return n.Int64(), nil
	},
	// JSON has neither NaN nor infinity.
	reflect.TypeFor[float64](): func(text string) (any, error) {
		var f float64
		err := json.Unmarshal([]byte(text), &f)
		return f, err
	},
	reflect.TypeFor[bool](): func(text string) (any, error) {
		var b bool
		err := json.Unmarshal([]byte(text), &b)
		return b, err
	},
	reflect.TypeFor[time.Duration](): func(text string) (any, error) {
		d, err := time.ParseDuration(text)
		if d < 0 {
			err = errUnfit
		}
		return d, err
	},
}

func set(value reflect.Value, text string) (want string, ok bool) {
	parse := parsers[value.Type()]
	if parse == nil {
		return "no variable at all: config cannot fill a " + value.Type().String(), false
	}
	parsed, err := parse(text)
	if err != nil {
		return "a " + value.Type().String(), false
	}
	value.Set(reflect.ValueOf(parsed))
	return "", true
}
