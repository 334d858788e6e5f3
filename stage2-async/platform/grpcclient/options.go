package grpcclient

import (
	"encoding/json"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"shop/platform/auth"
	"shop/platform/config"
)

// Option changes a connection.
type Option func(*options)

type options struct {
	cfg           Config
	credentials   auth.Credentials
	transport     credentials.TransportCredentials
	unary         []grpc.UnaryClientInterceptor
	stream        []grpc.StreamClientInterceptor
	serviceConfig string
	balancer      string
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

// WithServiceConfig sets a gRPC service config in JSON, for example with a retry policy. A config from the resolver is ignored.
func WithServiceConfig(json string) Option { return func(o *options) { o.serviceConfig = json } }

// WithBalancer sets the load-balancing policy, such as round_robin. gRPC's default is pick_first.
func WithBalancer(policy string) Option { return func(o *options) { o.balancer = policy } }

// mergedServiceConfig returns the service config with the balancer in it.
func (o *options) mergedServiceConfig() (string, error) {
	merged := map[string]any{}
	if o.serviceConfig != "" {
		if err := json.Unmarshal([]byte(o.serviceConfig), &merged); err != nil {
			return "", fmt.Errorf("read service config: %w", err)
		}
	}
	if o.balancer != "" {
		merged["loadBalancingConfig"] = []any{map[string]any{o.balancer: map[string]any{}}}
	}
	raw, err := json.Marshal(merged)
	return string(raw), err
}
