package grpcserver

import (
	"golang.org/x/time/rate"
	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	reflectionalpha "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"

	"stagecraft/stage1-mvp/platform/auth"
)

// chain has what every call passes on its way in. Unary calls and streams have their metrics, limit and rules in common.
//
// The order is part of its meaning. Tracing is outermost (a stats handler), so that every line has a trace. Logging is outside of recovery
// and error mapping, so that it sees what became of the call; the mapped error still carries the original chain. The rate limit comes
// before auth, because checking a signature is work that an attacker could ask for.
type chain struct {
	params  Params
	metrics *metrics
	limiter *rate.Limiter
	guard   *auth.Guard
}

func newChain(p Params) *chain {
	return &chain{
		params:  p,
		metrics: newMetrics(p.Registry),
		limiter: rate.NewLimiter(rate.Limit(p.Config.RateLimit), p.Config.RateBurst),
		guard:   newGuard(p),
	}
}

func (c *chain) unary() []grpc.UnaryServerInterceptor {
	return []grpc.UnaryServerInterceptor{
		correlateUnary,
		logUnary(c.params.Service, c.params.Log),
		recoverUnary,
		c.metrics.unary,
		limitUnary(c.limiter),
		authUnary(c.guard),
		deadlineUnary(c.params.Config.DefaultTimeout),
		mapErrorsUnary,
	}
}

func (c *chain) stream(d *drain) []grpc.StreamServerInterceptor {
	return []grpc.StreamServerInterceptor{
		correlateStream,
		logStream(c.params.Service, c.params.Log),
		recoverStream,
		c.metrics.stream,
		limitStream(c.limiter),
		authStream(c.guard),
		deadlineStream(c.params.Config.StreamTimeout),
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
