package logging

import (
	"go.uber.org/zap/zapcore"

	"shop/platform/errs"
)

// errorFields writes error and error_code together, so that neither is logged without the other.
type errorFields struct{ err error }

func (e errorFields) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	if e.err == nil {
		return nil
	}
	enc.AddString("error", Mask(e.err.Error()))
	enc.AddInt("error_code", int(errs.CodeOf(e.err)))
	return nil
}
