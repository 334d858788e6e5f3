package objectstore

import "go.uber.org/fx"

// Module provides *Store. It needs a Config. The start does not wait for the store, because only uploads need it.
var Module = fx.Module("objectstore", fx.Provide(New))
