// Package auth judges how a service finds out who calls, and what they may do.
package auth

import (
	"embed"
	"io/fs"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

// Checks returns the checks of the topic.
func Checks() []check.Check {
	const platform = "platform/auth"
	return []check.Check{
		whiteBox("auth-header", platform, "TestZZAuthHeader", "a request has exactly one header, of the form Bearer and a token"),
		whiteBox("auth-forged", platform, "TestZZAuthForged", "only what the right issuer has signed for this shop is believed"),
		whiteBox("auth-lifetime", platform, "TestZZAuthLifetime", "a token is valid from its issue to its expiry, and never for long"),
		whiteBox("auth-identity", platform, "TestZZAuthIdentity", "users are users and services are services, whatever a token says"),
		whiteBox("auth-rules", platform, "TestZZAuthRules", "a method may be called by the roles of its rule, and without a rule by none"),
		whiteBox("auth-forward", platform, "TestZZAuthForward", "a call to another service has the right token, and names the right user"),
		whiteBox("auth-ownership", "order/internal/usecase", "TestZZAuthOwnership", "an order of another customer does not exist"),
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "auth", Tests: tests, Run: check.GoTest(pkg, test)}
}
