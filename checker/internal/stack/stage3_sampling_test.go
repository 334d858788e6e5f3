package stack

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"stagecraft/checker/internal/telemetry"
)

// What a purchase costs by the ratio of traces that are recorded: the table of docs/patterns/sampling.md.
func TestStage3_Sampling_Cost(t *testing.T) {
	if os.Getenv("STAGECRAFT_MEASURE") == "" {
		t.Skip("STAGECRAFT_MEASURE is not set")
	}
	for _, ratio := range []string{"1", "0.5", "0.2", "0.01"} {
		receiver, err := telemetry.Listen("127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(receiver.Close)
		options := servicesOf(t, "stage3-hardening", "order", "inventory", "wallet", "gateway")
		options.OTLPEndpoint = receiver.Endpoint()
		// A slow span of a busy machine is no cost of the ratio.
		options.Env = map[string]string{"OTEL_TRACES_SAMPLER_ARG": ratio, "OTEL_FLUSH_INTERVAL": "50ms", "TRACE_SLOW_AFTER": "1m"}
		s := stocked(t, options)
		stock, err := s.Shop.AdjustStock(t.Context(), "tea", "much", 1000)
		require.NoError(t, err)
		require.True(t, stock.OK(), stock.String())
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		spans, bytes := len(receiver.Spans(nil)), receiver.Bytes()
		const purchases = 90
		for i := range purchases {
			bought, err := s.Shop.Buy(ctx, buyer, fmt.Sprint("purchase", i), tea)
			require.NoError(t, err)
			require.Equal(t, "PAID", bought.Data.Status, bought.String())
		}
		cancel()
		s.Close() // sends the last spans
		t.Logf("| %s | %.1f | %.0f |", ratio, float64(len(receiver.Spans(nil))-spans)/purchases, float64(receiver.Bytes()-bytes)/purchases)
	}
}
