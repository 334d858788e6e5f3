package load

import (
	"context"
	"slices"
)

// Search says where to look for the knee: the highest rate that holds the goals.
type Search struct {
	// Start is the first rate; it doubles until one does not hold, or Max is reached.
	Start, Max float64
	// Precision is the largest distance between the knee and the lowest rate known not to hold, as a share of the latter.
	Precision float64
	// Beyond are multiples of the knee that are measured at last: what the shop does under overload.
	Beyond []float64
	// Measure measures one rate, Settle waits until the shop has recovered from a rate that did not hold.
	Measure func(ctx context.Context, rate float64) Step
	Settle  func(ctx context.Context)
	// OnStep takes each step when it has ended.
	OnStep func(Step)
}

// Knee is the result of a search.
type Knee struct {
	// Rate is the highest rate that held. Bounded is false where no higher rate failed because of the shop: the knee is at least Rate.
	Rate    float64 `json:"rate"`
	Bounded bool    `json:"bounded"`
	// Goodput is the highest of all steps. Kept is the goodput at the largest multiple of Rate that was measured, as a share of it.
	Goodput  float64 `json:"max_goodput"`
	Multiple float64 `json:"multiple,omitempty"`
	Kept     float64 `json:"kept,omitempty"`
}

// FindKnee doubles the rate until it does not hold, then halves the interval. A rate has failed when it failed twice: a pause of the
// machine is no property of the shop. The knee is nil when not even Start holds. Steps that were measured are always returned.
func FindKnee(ctx context.Context, s Search) (knee *Knee, steps []Step) {
	measure := func(rate float64) Step {
		step := s.Measure(ctx, rate)
		steps = append(steps, step)
		s.OnStep(step)
		if !step.Holds && ctx.Err() == nil {
			s.Settle(ctx)
		}
		return step
	}
	low, high, bounded := 0.0, 0.0, true
	for rate := s.Start; high == 0 || high-low > s.Precision*high; {
		step := measure(rate)
		if !step.Holds && ctx.Err() == nil {
			step = measure(rate)
		}
		switch {
		case ctx.Err() != nil:
			return kneeAt(low, false, steps), steps
		case step.Holds:
			low = rate
		case low == 0:
			return nil, steps
		default:
			high, bounded = rate, !step.GeneratorLimited
		}
		if high == 0 {
			if low >= s.Max {
				bounded = false
				break
			}
			rate = min(rate*2, s.Max)
		} else {
			rate = (low + high) / 2
		}
	}
	for _, multiple := range s.Beyond {
		if ctx.Err() == nil && high > 0 {
			measure(low * multiple)
		}
	}
	return kneeAt(low, bounded, steps), steps
}

func kneeAt(rate float64, bounded bool, steps []Step) *Knee {
	if rate == 0 {
		return nil
	}
	knee := &Knee{Rate: rate, Bounded: bounded}
	for _, step := range steps {
		knee.Goodput = max(knee.Goodput, step.Goodput)
	}
	last := slices.MaxFunc(steps, func(a, b Step) int { return int(a.OfferedRate - b.OfferedRate) })
	if last.OfferedRate > rate && !last.Interrupted {
		knee.Multiple, knee.Kept = last.OfferedRate/rate, last.Goodput/knee.Goodput
	}
	return knee
}
