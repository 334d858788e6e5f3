package saga

import (
	"go.uber.org/fx"
)

// Module provides *Driver and *Background. When the service stops, it waits for the sagas that are being driven.
var Module = fx.Module("saga",
	fx.Provide(
		NewRecorder, PurchaseSteps, NewEngine, ForwardSteps, NewForward, NewDriver,
		func(d *Driver) *Background { return NewBackground(d) },
	),
	// Here rather than in a constructor, so that it is stopped before the database is closed.
	fx.Invoke(func(lc fx.Lifecycle, b *Background) { lc.Append(fx.StopHook(b.Wait)) }),
)
