package logging

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"shop/platform/errs"
)

// MarshalLogObject writes the chain and its code.
func (e errorFields) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	if public := errs.From(e.err); public != nil {
		zap.String("error", Mask(e.err.Error())).AddTo(enc)
		zap.Int64("error_code", int64(public.Code)).AddTo(enc)
	}
	return nil
}
