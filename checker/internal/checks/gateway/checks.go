// Package gateway judges what protects the HTTP gateway: whom it believes, whom it limits, and what it keeps out of the logs.
package gateway

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

// testLimit is for a busy machine: the tests measure memory and fill maps.
const testLimit = 30 * time.Second

// Checks returns the checks of the topic. The tests use exported names alone, so that a learner may arrange a package as they like.
func Checks() []check.Check {
	const (
		middleware = "gateway/internal/middleware"
		logging    = "platform/logging"
	)
	return []check.Check{
		whiteBox("gateway-address", "gateway/internal/rest", "TestZZGatewayAddress", "a request comes from its peer, or from where a trusted proxy says"),
		whiteBox("gateway-bucket", middleware, "TestZZGatewayBucket", "each client has a bucket of tokens for each route"),
		whiteBox("gateway-eviction", middleware, "TestZZGatewayEviction", "the memory of a limit is bounded, and no bucket in use is forgotten"),
		whiteBox("gateway-limit", middleware, "TestZZGatewayLimit", "a client that exceeds the limit of a route gets 429 and the time to wait"),
		whiteBox("gateway-mask", logging, "TestZZGatewayMask", "no sensitive field of a body gets into the log"),
		whiteBox("gateway-fields", logging, "TestZZGatewayFields", "no field of a log line has a secret, whatever its kind"),
		whiteBox("gateway-body", middleware, "TestZZGatewayBody", "the log has the masked beginning of a body, or only its length"),
		whiteBox("gateway-curl", "platform/httpclient", "TestZZGatewayCurl", "a call to a third party is logged as a curl command without secrets"),
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{
		ID: id, Sentence: sentence, Topic: "http-gateway", Tests: tests, Timeout: testLimit, Run: check.GoTest(pkg, test),
	}
}
