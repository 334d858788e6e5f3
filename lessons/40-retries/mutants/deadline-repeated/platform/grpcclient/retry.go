package grpcclient

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

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
	cfg := o.cfg.Retry
	if len(names) == 0 || cfg.MaxAttempts == 1 {
		return map[string]any{}, nil
	}
	policy := map[string]any{
		"maxAttempts":    cfg.MaxAttempts,
		"initialBackoff": seconds(cfg.BackoffBase), "maxBackoff": seconds(cfg.BackoffMax), "backoffMultiplier": backoffFactor,
		"retryableStatusCodes": []string{"UNAVAILABLE", "DEADLINE_EXCEEDED"},
	}
	return map[string]any{
		"methodConfig":    []any{map[string]any{"name": names, "retryPolicy": policy}},
		"retryThrottling": map[string]any{"maxTokens": cfg.MaxTokens, "tokenRatio": cfg.TokenRatio},
	}, nil
}
