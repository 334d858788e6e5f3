package publisher

import "go.uber.org/fx"

// Module provides the publishers of events and of replies. The app binds the interfaces that they need.
var Module = fx.Module("publisher", fx.Provide(New, NewReplies))
