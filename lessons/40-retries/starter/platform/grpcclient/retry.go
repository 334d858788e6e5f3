package grpcclient

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// retryConfig is the part of gRPC's service config about repetitions: whatever fails is made again, at once.
func (o *options) retryConfig() (map[string]any, error) {
	var names []any
	for _, method := range slices.Sorted(maps.Keys(o.methods)) {
		if !o.methods[method].Repeat {
			continue
		}
		service, name, ok := strings.Cut(strings.TrimPrefix(method, "/"), "/")
		if !ok {
			return nil, fmt.Errorf("method %q is not of the form /package.Service/Method", method)
		}
		names = append(names, map[string]any{"service": service, "method": name})
	}
	if len(names) == 0 {
		return map[string]any{}, nil
	}
	policy := map[string]any{
		"maxAttempts":    5,
		"initialBackoff": "0.01s", "maxBackoff": "0.01s", "backoffMultiplier": 1,

		"retryableStatusCodes": []string{"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "INTERNAL"},
	}

	return map[string]any{
		"methodConfig": []any{map[string]any{"name": names, "retryPolicy": policy}},
	}, nil
}
