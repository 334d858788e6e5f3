package health

import (
	"math/rand/v2"
	"time"
)

func (h *Health) interval(wasUp bool) time.Duration {
	d := h.cfg.StartInterval
	return d + time.Duration((rand.Float64()-0.5)*h.cfg.Jitter*float64(d))
}
