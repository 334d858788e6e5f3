// Package config judges how a service reads its environment.
package config

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
		whiteBox("config-values", "TestZZConfigValues", "every field gets the value of its variable, or its default"),
		whiteBox("config-all-faults", "TestZZConfigAllFaults", "one start reports every variable that is missing or invalid, each once"),
		whiteBox("config-rules", "TestZZConfigRules", "the rules of every struct are applied, whatever else is wrong"),
		whiteBox("config-strict", "TestZZConfigStrict", "a value that does not fit its field is a fault, never another value"),
		whiteBox("config-masked", "TestZZConfigMasked", "an error never shows the value of a secret"),
		whiteBox("config-secrets", "TestZZConfigSecrets", "printing or encoding a secret shows ***"),
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "config", Tests: tests, Run: check.GoTest("platform/config", test)}
}
