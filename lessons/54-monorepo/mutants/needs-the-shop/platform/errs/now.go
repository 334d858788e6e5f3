package errs

import "shop/platform/clock"

// Clock is for RetryAfter.
var Clock clock.Clock
