package logging

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"shop/platform/errs"
)

// MarshalLogObject leaves masking to the core, which masks all fields.
func (e errorFields) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	if public := errs.From(e.err); public != nil {
		zap.String("error", e.err.Error()).AddTo(enc)
		zap.Int64("error_code", int64(public.Code)).AddTo(enc)
	}
	return nil
}
