package grpcserver

import (
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

func levelOf(method string, err error) zapcore.Level {
	switch {
	case err != nil:
		return zap.ErrorLevel
	case strings.HasPrefix(method, "/grpc."):
		return zap.DebugLevel
	default:
		return zap.InfoLevel
	}
}
