package grpcclient

// retryConfig is the part of gRPC's service config about repetitions: an interceptor does that.
func (o *options) retryConfig() (map[string]any, error) { return map[string]any{}, nil }
