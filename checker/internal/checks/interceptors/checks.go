// Package interceptors judges the chain around every call of a gRPC server.
package interceptors

import (
	"embed"
	"io/fs"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		whiteBox("interceptors-panics", "TestZZInterceptorsPanics", "a panic ends one call with Internal, and the client sees nothing of it"),
		whiteBox("interceptors-log", "TestZZInterceptorsLog", "each call leaves one line, with the whole chain of its error"),
		whiteBox("interceptors-metrics", "TestZZInterceptorsMetrics", "each call counts once, under labels that are bounded"),
		whiteBox("interceptors-auth", "TestZZInterceptorsAuth", "a method without a rule is closed, and a refused call does not reach its handler"),
		whiteBox("interceptors-mapping", "TestZZInterceptorsMapping", "an error gets its status once, and keeps its chain"),
		whiteBox("interceptors-order", "TestZZInterceptorsOrder", "a call is logged, counted and answered alike, whichever part of the chain ends it"),
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "interceptors", Tests: tests, Run: check.GoTest("platform/grpcserver", test)}
}
