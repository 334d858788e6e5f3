// Package money judges money as a value object, against arithmetic without bounds.
package money

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
		whiteBox("money-currency", "TestZZMoneyCurrency", "money exists in a currency of ISO 4217 and in no other"),
		whiteBox("money-exact", "TestZZMoneyExact", "sums, differences and products are exact to the last cent"),
		whiteBox("money-overflow", "TestZZMoneyOverflow", "a result that does not fit is an error, and one that fits is not"),
		whiteBox("money-mismatch", "TestZZMoneyMismatch", "two currencies are never added, subtracted or compared"),
		whiteBox("money-order", "TestZZMoneyOrder", "comparing puts amounts in the order of the numbers"),
		whiteBox("money-immutable", "TestZZMoneyImmutable", "an amount never changes, and equal amounts are equal"),
	}
}

func whiteBox(id, test, sentence string) check.Check {
	tests, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return check.Check{ID: id, Sentence: sentence, Topic: "domain", Tests: tests, Run: check.GoTest("order/internal/domain", test)}
}
