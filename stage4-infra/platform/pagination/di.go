package pagination

import "go.uber.org/fx"

// Module provides *Signer. It needs a Config.
var Module = fx.Module("pagination", fx.Provide(NewSigner))
