package grpcserver

import "google.golang.org/grpc"

func newChain(p Params) (unary []grpc.UnaryServerInterceptor, stream []grpc.StreamServerInterceptor) {
	shared := []interceptor{
		correlate, recoverPanic, logCalls(p.Service, p.Log), newMetrics(p.Registry).observe, limitRate(p.Config), authorize(p),
	}
	for _, i := range shared {
		unary, stream = append(unary, i.unary), append(stream, i.stream)
	}
	unary = append(unary, defaultDeadline(p.Config.DefaultTimeout).unary, interceptor(mapErrors).unary)
	stream = append(stream, limitDuration(p.Config.StreamTimeout).stream, interceptor(mapErrors).stream)
	return unary, stream
}
