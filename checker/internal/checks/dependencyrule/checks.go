// Package dependencyrule judges the layers of the services by who imports whom, and the feature that broke them by what it does.
package dependencyrule

import (
	"time"

	"stagecraft/checker/internal/check"
)

// Checks returns the checks of the topic.
func Checks() []check.Check {
	wallet := check.Needs{Postgres: true, Services: []string{"wallet"}}
	return []check.Check{
		layer("layers-domain", "the domain imports the standard library and nothing else", domainLayer()),
		layer("layers-transport", "a use case does not know how it is called", transportLayer()),
		layer("layers-storage", "a use case asks for what it needs through an interface", storageLayer()),
		layer("layers-handler", "a handler calls use cases and reaches no database", handlerLayer()),
		{
			ID: "wallet-limit", Sentence: "a wallet takes money up to its limit, and says in its own words when it is full",
			Topic: "clean-architecture", Needs: wallet, Timeout: time.Minute, Run: limit,
		},
		{
			ID: "wallet-replay", Sentence: "a top-up that is repeated gets the answer of the first time",
			Topic: "clean-architecture", Needs: wallet, Timeout: time.Minute, Run: replay,
		},
	}
}

func layer(id, sentence string, l layering) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "clean-architecture", Run: l.judge}
}
