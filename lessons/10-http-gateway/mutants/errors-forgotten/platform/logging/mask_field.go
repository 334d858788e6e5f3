package logging

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// maskField returns the field with all secrets in it masked, for every kind of field.
func maskField(field zap.Field) zap.Field {
	if IsSensitive(field.Key) {
		return zap.String(field.Key, masked)
	}
	switch field.Type {
	case zapcore.StringType:
		field.String = Mask(field.String)
	case zapcore.ByteStringType:
		return zap.String(field.Key, Mask(string(field.Interface.([]byte))))
	case zapcore.BinaryType:
		return zap.String(field.Key, fmt.Sprintf("%d bytes", len(field.Interface.([]byte))))
	case zapcore.StringerType:
		return zap.Stringer(field.Key, maskedStringer{field.Interface.(fmt.Stringer)})
	case zapcore.ReflectType:
		return zap.Reflect(field.Key, maskValue(field.Interface))
	case zapcore.ArrayMarshalerType, zapcore.ObjectMarshalerType, zapcore.InlineMarshalerType:
		return maskMarshaler(field)
	}
	return field
}

// maskedStringer lets zap call String, because zap handles a String that panics.
type maskedStringer struct{ fmt.Stringer }

func (s maskedStringer) String() string { return Mask(s.Stringer.String()) }

// maskMarshaler encodes the field into a map, where every value has a name, and writes the masked map.
func maskMarshaler(field zap.Field) zap.Field {
	return zap.Inline(zapcore.ObjectMarshalerFunc(func(enc zapcore.ObjectEncoder) error {
		written := zapcore.NewMapObjectEncoder()
		field.AddTo(written)
		clean := maskValue(written.Fields).(map[string]any)
		for _, key := range slices.Sorted(maps.Keys(clean)) {
			zap.Reflect(key, clean[key]).AddTo(enc)
		}
		return nil
	}))
}

// maskValue returns the value as JSON would show it, with all secrets masked.
func maskValue(value any) any {
	switch v := value.(type) {
	case nil, bool, float64, int64, json.Number:
		return v
	case string:
		return Mask(v)
	case time.Duration:
		return v.String()
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, inner := range v {
			if IsSensitive(key) {
				inner = masked
			}
			out[Mask(key)] = maskValue(inner)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = maskValue(inner)
		}
		return out
	default:
		return maskValue(plain(v))
	}
}

// plain returns the value as JSON objects, lists, strings and numbers.
func plain(value any) (out any) {
	raw, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("%T cannot be logged: %s", value, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&out); err != nil {
		return fmt.Sprintf("%T cannot be logged: %s", value, err)
	}
	return out
}
