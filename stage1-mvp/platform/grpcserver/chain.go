package grpcserver

import (
	"golang.org/x/time/rate"
	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionalpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"

	"stagecraft/stage1-mvp/platform/auth"
)

// The order of the chain is part of its meaning. Tracing is outermost (a stats handler), so that every line has a trace. Logging is
// outside of recovery and error mapping, so that it sees what became of the call; the mapped error still carries the original chain.
// The rate limit comes before auth, because checking a signature is work that an attacker could ask for.
func unaryChain(p Params) []grpc.UnaryServerInterceptor {
	m := newMetrics(p.Registry)
	return []grpc.UnaryServerInterceptor{
		correlateUnary,
		logUnary(p.Service, p.Log),
		recoverUnary,
		m.unary,
		limitUnary(newLimiter(p.Config)),
		authUnary(newGuard(p)),
		deadlineUnary(p.Config.DefaultTimeout),
		mapErrorsUnary,
	}
}

func streamChain(p Params, d *drain) []grpc.StreamServerInterceptor {
	m := newMetrics(p.Registry)
	return []grpc.StreamServerInterceptor{
		correlateStream,
		logStream(p.Service, p.Log),
		recoverStream,
		m.stream,
		limitStream(newLimiter(p.Config)),
		authStream(newGuard(p)),
		d.stream,
		mapErrorsStream,
	}
}

// newGuard adds what every server lets everyone call.
func newGuard(p Params) *auth.Guard {
	rules := auth.Rules{
		healthpb.Health_Check_FullMethodName:                                 {auth.Public},
		healthpb.Health_Watch_FullMethodName:                                 {auth.Public},
		healthpb.Health_List_FullMethodName:                                  {auth.Public},
		reflectionpb.ServerReflection_ServerReflectionInfo_FullMethodName:    {auth.Public},
		reflectionalpha.ServerReflection_ServerReflectionInfo_FullMethodName: {auth.Public},
	}
	for method, roles := range p.Rules {
		rules[method] = roles
	}
	return auth.NewGuard(p.Verifier, rules)
}

func newLimiter(cfg Config) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(cfg.RateLimit), cfg.RateBurst)
}
