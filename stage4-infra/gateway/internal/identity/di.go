package identity

import "go.uber.org/fx"

// Module provides *Login. It needs a Config, an auth.Config and a clock.
var Module = fx.Module("identity", fx.Provide(NewLogin))
