package grpcclient

import (
	"encoding/json"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"shop/platform/auth"
	"shop/platform/config"
)

// Option changes a connection.
type Option func(*options)

type options struct {
	cfg         Config
	credentials auth.Credentials
	transport   credentials.TransportCredentials
	unary       []grpc.UnaryClientInterceptor
	stream      []grpc.StreamClientInterceptor
	methods     Methods
	metrics     *Metrics
	balancer    string
}

func newOptions(opts []Option) options {
	o := options{cfg: config.Defaults[Config](), transport: insecure.NewCredentials()}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// WithConfig replaces the default settings.
func WithConfig(cfg Config) Option { return func(o *options) { o.cfg = cfg } }

// WithCredentials adds a token to each call. Without this option calls carry none.
func WithCredentials(c auth.Credentials) Option { return func(o *options) { o.credentials = c } }

// WithTransportCredentials encrypts the connection, for example with credentials.NewTLS. Without this option it is not encrypted.
func WithTransportCredentials(c credentials.TransportCredentials) Option {
	return func(o *options) { o.transport = c }
}

// WithUnaryInterceptors adds interceptors. They run inside the error mapping, so they see gRPC statuses.
func WithUnaryInterceptors(interceptors ...grpc.UnaryClientInterceptor) Option {
	return func(o *options) { o.unary = append(o.unary, interceptors...) }
}

// WithStreamInterceptors is WithUnaryInterceptors for streams.
func WithStreamInterceptors(interceptors ...grpc.StreamClientInterceptor) Option {
	return func(o *options) { o.stream = append(o.stream, interceptors...) }
}

// WithMetrics counts the attempts of the connection's calls.
func WithMetrics(m *Metrics) Option { return func(o *options) { o.metrics = m } }

// WithBalancer sets the load-balancing policy, such as round_robin. Without it a dns:///name is balanced over all of its addresses, and any
// other target is gRPC's pick_first.
func WithBalancer(policy string) Option { return func(o *options) { o.balancer = policy } }

// serviceConfig returns gRPC's service config in JSON: what is repeated, and the balancer.
func (o *options) serviceConfig() (string, error) {
	serviceConfig, err := o.retryConfig()
	if err != nil {
		return "", err
	}
	if o.balancer != "" {
		serviceConfig["loadBalancingConfig"] = []any{map[string]any{o.balancer: map[string]any{}}}
	}
	raw, err := json.Marshal(serviceConfig)
	return string(raw), err
}
