package load

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func search(measure func(ctx context.Context, rate float64) Step) Search {
	return Search{
		Start: 10, Max: 10_000, Precision: 0.1, Beyond: []float64{2}, Measure: measure, OnStep: func(Step) {}, Settle: func(context.Context) {},
	}
}

func TestFindKnee_SimulatedServer_FindsItsCapacity(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shop := server(4, 20*time.Millisecond) // 200 a second
		knee, steps := FindKnee(t.Context(), search(func(ctx context.Context, rate float64) Step {
			return Measure(ctx, constant(rate, shop))
		}))
		require.NotNil(t, knee)
		assert.True(t, knee.Bounded)
		assert.InDelta(t, 195, knee.Rate, 20)
		assert.InDelta(t, 2, knee.Multiple, 0.01)
		assert.Less(t, knee.Kept, 0.5, "a server with an endless queue answers too late under overload")

		report := Report{Schema: Schema, Target: `a "shop" <&>`, Goals: testGoals.Report(), Knee: knee, Steps: steps}
		var svg, text bytes.Buffer
		require.NoError(t, report.WriteSVG(&svg))
		decoder := xml.NewDecoder(bytes.NewReader(svg.Bytes()))
		for err := error(nil); !errors.Is(err, io.EOF); _, err = decoder.Token() {
			require.NoError(t, err)
		}
		assert.NotContains(t, svg.String(), "NaN")
		require.NoError(t, report.WriteJSON(&text))
		var again Report
		require.NoError(t, json.Unmarshal(text.Bytes(), &again))
		assert.Equal(t, report.Steps, again.Steps)
	})
}

func TestFindKnee_OneBadMeasurement_IsRepeated(t *testing.T) {
	t.Parallel()
	measured := map[float64]int{}
	knee, _ := FindKnee(t.Context(), search(func(_ context.Context, rate float64) Step {
		measured[rate]++
		return Step{OfferedRate: rate, Goodput: min(rate, 100), Holds: rate <= 100 && (rate != 20 || measured[rate] > 1)}
	}))
	assert.InDelta(t, 95, knee.Rate, 6)
	assert.Equal(t, 2, measured[20])
}

func TestFindKnee_GeneratorIsTheBottleneck_KneeIsALowerBound(t *testing.T) {
	t.Parallel()
	knee, _ := FindKnee(t.Context(), search(func(_ context.Context, rate float64) Step {
		return Step{OfferedRate: rate, Goodput: rate, Holds: rate <= 100, GeneratorLimited: rate > 100}
	}))
	assert.False(t, knee.Bounded)
}

func TestFindKnee_NoRateHolds_ReturnsNone(t *testing.T) {
	t.Parallel()
	knee, steps := FindKnee(t.Context(), search(func(_ context.Context, rate float64) Step { return Step{OfferedRate: rate} }))
	assert.Nil(t, knee)
	assert.Len(t, steps, 2)
	require.NoError(t, Report{Steps: steps}.WriteSVG(io.Discard))
}

func TestFindKnee_Interrupted_ReturnsWhatIsKnown(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	knee, steps := FindKnee(ctx, search(func(_ context.Context, rate float64) Step {
		if rate == 40 {
			cancel()
			return Step{OfferedRate: rate, Interrupted: true}
		}
		return Step{OfferedRate: rate, Holds: true, Goodput: rate}
	}))
	assert.Equal(t, 20.0, knee.Rate)
	assert.False(t, knee.Bounded)
	assert.Len(t, steps, 3)
}
