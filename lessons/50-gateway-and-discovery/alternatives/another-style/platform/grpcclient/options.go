package grpcclient

import (
	"encoding/json"
	"fmt"
	"strings"
)

// serviceConfig writes the policy as text before the rest.
func (o *options) serviceConfig() (string, error) {
	repetitions, err := o.retryConfig()
	if err != nil {
		return "", err
	}
	raw, err := json.Marshal(repetitions)
	if err != nil || o.balancer == "" {
		return string(raw), err
	}
	policy := fmt.Sprintf(`"loadBalancingConfig":[{%q:{}}]`, o.balancer)
	rest := strings.TrimPrefix(string(raw), "{")
	if rest != "}" {
		policy += ","
	}
	return "{" + policy + rest, nil
}
