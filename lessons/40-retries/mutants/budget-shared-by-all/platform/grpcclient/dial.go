package grpcclient

import "google.golang.org/grpc"

// unaryChain has the error mapping outermost, so that errors of the other interceptors are mapped too, and the repetitions innermost.
func (o *options) unaryChain() []grpc.UnaryClientInterceptor {
	chain := append([]grpc.UnaryClientInterceptor{mapErrorsUnary, countAttemptsUnary}, o.unary...)
	chain = append(chain, correlateUnary, subtractOverheadUnary(o.cfg.Overhead))
	if o.credentials != nil {
		chain = append(chain, o.credentials.UnaryClient)
	}
	return append(chain, newRepeater(o.methods, o.cfg.Retry).unary)
}
