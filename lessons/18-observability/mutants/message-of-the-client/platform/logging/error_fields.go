package logging

import (
	"go.uber.org/zap/zapcore"

	"shop/platform/errs"
)

func (e errorFields) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	if e.err == nil {
		return nil
	}
	enc.AddString("error", Mask(errs.From(e.err).Message))
	enc.AddInt("error_code", int(errs.CodeOf(e.err)))
	return nil
}
