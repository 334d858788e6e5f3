package rabbitmq

import (
	"errors"
)

func (c *Confirmation) end(err error) {
	if errors.Is(err, ErrUnroutable) {
		endSpan(c.span, err)
	} else {
		c.span.End()
	}
	c.sent(err)
}
