package logging

import (
	"go.uber.org/zap/zapcore"

	"shop/platform/errs"
)

func (e errorFields) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	var text string
	if e.err != nil {
		text = Mask(e.err.Error())
	}
	enc.AddString("error", text)
	enc.AddInt("error_code", int(errs.CodeOf(e.err)))
	return nil
}
