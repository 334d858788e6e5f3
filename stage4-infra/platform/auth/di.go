package auth

import "go.uber.org/fx"

// Module provides *Verifier. It needs a Config.
var Module = fx.Module("auth", fx.Provide(NewVerifier))
