package grpcclient

import "encoding/json"

// serviceConfig returns gRPC's service config in JSON: what is repeated, and the balancer.
func (o *options) serviceConfig() (string, error) {
	serviceConfig, err := o.retryConfig()
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(serviceConfig)
	return string(raw), err
}
