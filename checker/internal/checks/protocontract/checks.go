// Package protocontract judges a change of a gRPC contract: the protos with buf, and the server with clients of the old and the new contract.
package protocontract

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		protos("contract-proto", "the contract has the new field and the new stream, and everything that a released client relies on", contract),
		protos("contract-generated", "the generated code is that of the contract", generated),
		whiteBox("contract-field", "order/internal/grpc", "TestZZContractField", "zero and absent are different totals, and old clients are served as before"),
		whiteBox("contract-watch", "order/internal/usecase", "TestZZContractWatch", "a watch sends every state that it sees once, and ends when it must"),
		whiteBox("contract-stream", "order/internal/grpc", "TestZZContractStream", "the stream ends with EOF or a status, and stops when its client leaves"),
		whiteBox("contract-gateway", "gateway/internal/rest", "TestZZContractGateway", "the gateway sends the expected total if the body has one, and only then"),
	}
}

// protos is a check that runs buf, which the first one on a machine may have to build.
func protos(id, sentence string, run func(*check.T)) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "proto", Timeout: 5 * time.Minute, Run: run}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "proto", Tests: tests, Run: check.GoTest(pkg, test)}
}
