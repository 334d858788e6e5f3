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
	code := errs.Internal
	if known, ok := e.err.(*errs.DomainError); ok {
		code = known.Code
	}
	enc.AddInt("error_code", int(code))
	return nil
}
