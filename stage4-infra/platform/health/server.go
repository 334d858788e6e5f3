package health

import (
	"google.golang.org/grpc"
	grpchealth "google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// The names of services in the health protocol. Who asks for no name in particular asks for readiness.
const (
	Default   = ""
	Readiness = "readiness"
	Liveness  = "liveness"
)

// newServer returns gRPC's health server: alive, and not ready. Its Shutdown is not used, because it would also end liveness.
func newServer() *grpchealth.Server {
	s := grpchealth.NewServer()
	s.SetServingStatus(Liveness, grpc_health_v1.HealthCheckResponse_SERVING)
	setReadiness(s, grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	return s
}

func setReadiness(s *grpchealth.Server, status grpc_health_v1.HealthCheckResponse_ServingStatus) {
	s.SetServingStatus(Default, status)
	s.SetServingStatus(Readiness, status)
}

// Register adds the health service to a gRPC server.
func (h *Health) Register(registrar grpc.ServiceRegistrar) {
	grpc_health_v1.RegisterHealthServer(registrar, h.server)
}
