package logging

import (
	"go.uber.org/zap/zapcore"

	"shop/platform/errs"
)

func (e errorFields) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	if e.err == nil {
		return nil
	}
	enc.AddString("error", Mask(e.err.Error()))
	enc.AddString("error_code", errs.CodeOf(e.err).String())
	return nil
}
