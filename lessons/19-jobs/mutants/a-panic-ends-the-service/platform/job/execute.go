package job

import (
	"context"
	"encoding/json"
)

// protected turns a panic into an error: a failing job must not end the service.
func protected(ctx context.Context, job Job, e Execution) (content json.RawMessage, err error) {
	value, err := job.Run(ctx, e.Window)
	if err != nil {
		return nil, err
	}
	return json.Marshal(value)
}
