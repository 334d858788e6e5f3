package rabbitmq

import (
	"context"
	"time"

	"shop/platform/errs"
	"shop/platform/messaging"
)

// handle calls the handler within the time limit of a message. As long as that allows, it repeats a call that failed because a server or
// service is unavailable: every message would fail then, and the deliveries of this one would be used up before the outage is over.
func (s *subscription) handle(ctx, taking context.Context, m messaging.Message) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	for failures := 0; ; failures++ {
		err := s.call(ctx, m)
		if errs.CodeOf(err) != errs.Unavailable {
			return err
		}
		delay := backoff(s.cfg.RequeueMin, s.cfg.RequeueMax, failures)
		if deadline, _ := ctx.Deadline(); time.Until(deadline) < delay {
			return err
		}
		pause(ctx, delay)
	}
}
