package logging_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"shop/platform/errs"
	"shop/platform/logging"
)

func TestLogger_StandardKeys(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := logging.NewTo(&out, logging.Config{Env: "test", Level: "info"}, "order")
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}})
	ctx := trace.ContextWithSpanContext(logging.Into(context.Background(), log), span)
	err := fmt.Errorf("get: %w", errs.Wrap(errors.New("no rows"), errs.NotFound, "X", "not found"))

	logging.From(ctx).Error("request failed", logging.Event("order.order.read"), logging.Error(err))

	var line map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &line))
	for _, key := range []string{"ts", "level", "msg", "service", "env", "trace_id", "span_id", "event", "error", "error_code"} {
		assert.Contains(t, line, key)
	}
	assert.Equal(t, "get: not found: no rows", line["error"])
	assert.EqualValues(t, 1001, line["error_code"])
}

func TestLogger_HidesSecrets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := logging.NewTo(&out, logging.Config{Level: "info"}, "order").With(zap.String("Authorization", "Basic aHVudGVyMg"))
	token := "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln"

	log.Info("used "+token,
		zap.String("password", "hunter2"),
		zap.String("header", "Bearer opaque-hunter2"),
		zap.Error(errors.New("dial postgres://order:hunter2@db:5432/order_db: refused")),
		logging.Error(errors.New("token "+token+" is expired")))

	assert.NotContains(t, out.String(), "hunter2")
	assert.NotContains(t, out.String(), "aHVudGVyMg")
	assert.NotContains(t, out.String(), "c2ln")
}
