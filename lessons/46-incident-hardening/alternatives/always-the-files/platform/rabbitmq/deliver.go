package rabbitmq

import (
	"context"
	"time"

	"shop/platform/errs"
	"shop/platform/messaging"
)

// handle calls the handler within the time limit of a message. As long as that allows, it repeats a call that failed because a server or
// service is unavailable. At the stop it gives the message back as it is.
func (s *subscription) handle(ctx, taking context.Context, m messaging.Message) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	err := s.call(ctx, m)
	for failures := 0; errs.CodeOf(err) == errs.Unavailable && taking.Err() == nil; failures++ {
		delay := backoff(s.cfg.RequeueMin, s.cfg.RequeueMax, failures)
		if deadline, _ := ctx.Deadline(); time.Until(deadline) < delay {
			break
		}
		if pause(taking, delay); taking.Err() == nil {
			err = s.call(ctx, m)
		}
	}
	return err
}
