package grpcserver

import (
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func levelOf(method string, err error) zapcore.Level {
	switch status.Code(err) {
	case codes.OK:
		if strings.HasPrefix(method, "/grpc.") {
			return zap.DebugLevel
		}
		return zap.InfoLevel
	case codes.Internal, codes.Unknown, codes.DataLoss:
		return zap.ErrorLevel
	case codes.Aborted, codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted:
		return zap.WarnLevel
	default:
		return zap.InfoLevel
	}
}
