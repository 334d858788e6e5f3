package logging

import (
	"errors"

	"go.uber.org/zap/zapcore"

	"shop/platform/errs"
)

func (e errorFields) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	if e.err == nil {
		return nil
	}
	cause := e.err
	for inner := errors.Unwrap(cause); inner != nil; inner = errors.Unwrap(cause) {
		cause = inner
	}
	enc.AddString("error", Mask(cause.Error()))
	enc.AddInt("error_code", int(errs.CodeOf(e.err)))
	return nil
}
