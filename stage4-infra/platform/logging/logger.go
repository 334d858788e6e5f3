// Package logging writes one JSON object per line on stdout, with the same keys in every service and with secrets masked.
package logging

import (
	"io"
	"os"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// New returns the logger of a service. It writes to stdout.
func New(cfg Config, service string) *zap.Logger {
	return NewTo(os.Stdout, cfg, service)
}

// NewTo is New with another place to write to.
func NewTo(w io.Writer, cfg Config, service string) *zap.Logger {
	level, err := zapcore.ParseLevel(cfg.Level)
	if err != nil {
		level = zapcore.InfoLevel
	}
	encoder := zapcore.NewJSONEncoder(zapcore.EncoderConfig{
		TimeKey:        "ts",
		LevelKey:       "level",
		MessageKey:     "msg",
		StacktraceKey:  "stack",
		EncodeTime:     zapcore.RFC3339NanoTimeEncoder,
		EncodeLevel:    zapcore.LowercaseLevelEncoder,
		EncodeDuration: zapcore.StringDurationEncoder,
	})
	core := zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(w)), level)
	return zap.New(&maskingCore{core}).With(zap.String("service", service), zap.String("env", cfg.Env))
}
