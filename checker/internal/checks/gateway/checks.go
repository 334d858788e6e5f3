// Package gateway judges what protects the HTTP gateway: whom it believes, whom it limits, and what it keeps out of the logs.
package gateway

import (
	"embed"
	"io/fs"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

// Checks returns the checks of the topic. All of them are in one package of tests, which sees the stage as a program does.
func Checks() []check.Check {
	return []check.Check{
		whiteBox("gateway-address", "TestZZGatewayAddress", "a request comes from its peer, or from where a trusted proxy says"),
		whiteBox("gateway-bucket", "TestZZGatewayBucket", "each client has a bucket of tokens for each route"),
		whiteBox("gateway-eviction", "TestZZGatewayEviction", "the memory of a limit is bounded, and no bucket in use is forgotten"),
		whiteBox("gateway-limit", "TestZZGatewayLimit", "a client that exceeds the limit of a route gets 429 and the time to wait"),
		whiteBox("gateway-mask", "TestZZGatewayMask", "no sensitive field of a body gets into the log"),
		whiteBox("gateway-fields", "TestZZGatewayFields", "no field of a log line has a secret, whatever its kind"),
		whiteBox("gateway-body", "TestZZGatewayBody", "the log has the masked beginning of a body, or only its length"),
		whiteBox("gateway-curl", "TestZZGatewayCurl", "a call to a third party is logged as a curl command without secrets"),
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "gateway", Tests: tests, Run: check.GoTest("gateway/internal/middleware", test)}
}
