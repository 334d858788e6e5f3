package logging

import (
	"fmt"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// maskField lets zap write every field into a map, and masks the map.
func maskField(field zap.Field) zap.Field {
	switch {
	case IsSensitive(field.Key):
		return zap.String(field.Key, masked)
	case field.Type == zapcore.BinaryType:
		return zap.Int(field.Key+"_bytes", len(field.Interface.([]byte)))
	case field.Type == zapcore.SkipType, field.Type == zapcore.NamespaceType:
		return field
	}
	enc := zapcore.NewMapObjectEncoder()
	field.AddTo(enc)
	return zap.Inline(zapcore.ObjectMarshalerFunc(func(to zapcore.ObjectEncoder) error {
		for key, value := range enc.Fields {
			if err := to.AddReflected(key, cleaned(key, value)); err != nil {
				return fmt.Errorf("write field: %w", err)
			}
		}
		return nil
	}))
}

//stagecraft:add
func cleaned(key string, value any) any {
	if IsSensitive(key) {
		return masked
	}
	switch v := plain(value).(type) {
	case string:
		return Mask(v)
	case map[string]any:
		for inner := range v {
			v[inner] = cleaned(inner, v[inner])
		}
		return v
	case []any:
		for i := range v {
			v[i] = cleaned("", v[i])
		}
		return v
	default:
		return v
	}
}
