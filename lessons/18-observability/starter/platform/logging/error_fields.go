package logging

import "go.uber.org/zap/zapcore"

func (e errorFields) MarshalLogObject(enc zapcore.ObjectEncoder) error {
	// TODO: error and error_code.
	return nil
}
