package grpcserver

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func levelOf(_ string, err error) zapcore.Level {
	switch status.Code(err) {
	case codes.OK:
		return zap.InfoLevel
	case codes.Internal, codes.Unknown, codes.DataLoss, codes.Unavailable, codes.DeadlineExceeded:
		return zap.ErrorLevel
	case codes.Aborted, codes.ResourceExhausted:
		return zap.WarnLevel
	default:
		return zap.InfoLevel
	}
}
