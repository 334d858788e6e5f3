package sampling

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/findings"
	"stagecraft/checker/internal/lesson"
)

// What the lesson says about the shop.
const (
	purchasesPerDay = 30_000_000
	leastPerDay     = 40.0 // gigabytes
	mostPerDay      = 50.0
)

// What the purchases of the lesson's cost_test.go send, in bytes each. They are the same in each run; a test measures them.
const (
	wholeTrace  = 7225.0 // all spans
	notableOnly = 8.4    // the average over all purchases of the spans that failed or were slow
)

// The names of the numbers in the decision.
const (
	ratioName   = "ratio"
	bytesName   = "bytes per purchase"
	perDayName  = "gigabytes per day"
	foundName   = "failed purchases found"
	byRatioName = "failed purchases found by the ratio alone"
)

// costOf is what the purchases send at a ratio: bytes each, and gigabytes per day.
func costOf(ratio float64) (bytes, perDay float64) {
	bytes = ratio*wholeTrace + (1-ratio)*notableOnly
	return bytes, bytes * purchasesPerDay / 1e9
}

// fits says whether a ratio uses the budget without exceeding it.
func fits(ratio float64) bool {
	_, perDay := costOf(ratio)
	return leastPerDay <= perDay && perDay <= mostPerDay
}

// decision compares what the learner has written with what follows from the ratio that they chose.
func decision(t *check.T) {
	l, err := lesson.Read(t.Root(), t.Lesson())
	t.Ours("read the lesson", err)
	sheet, err := findings.ReadSheet(l.Dir)
	t.Ours("read the numbers that are asked for", err)
	t.Step("read the numbers of %s", l.Text())
	text, err := os.ReadFile(filepath.Join(t.Written(), l.Text()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Ours("read "+l.Text(), err)
	}
	stated := numbersOf(string(text))
	ratio, ok := stated[ratioName]
	if !ok {
		t.Fail(check.Failure{
			ID: "no-ratio", Sentence: l.Text() + " does not say which ratio you chose", Expected: `a line "ratio: " with a number above 0 and up to 1`,
			Seen: fmt.Sprintf("%d other numbers", len(stated)), Why: "A setting without its reason is changed by the next person who looks at the bill.",
		})
	}
	if ratio.Value <= 0 || ratio.Value > 1 || ratio.Unit != "" {
		t.FailAt(l.Text(), ratio.Line, check.Failure{
			ID: "no-ratio", Sentence: "the ratio is no part of the traces", Expected: "a number above 0 and up to 1, without a unit",
			Seen: strings.TrimSpace(fmt.Sprint(ratio.Value, " ", ratio.Unit)), Why: "It is the value of OTEL_TRACES_SAMPLER_ARG, which has no unit.",
		})
	}
	bytes, perDay := costOf(ratio.Value)
	measured := map[string]float64{ratioName: ratio.Value, bytesName: bytes, perDayName: perDay, foundName: 100, byRatioName: 100 * ratio.Value}
	if wrong := findings.Compare(sheet.Numbers, stated, measured); len(wrong) > 0 {
		t.Fail(check.Failure{
			ID: "numbers", Sentence: fmt.Sprintf("%s: %d of its numbers do not follow from the ratio %g", l.Text(), len(wrong), ratio.Value),
			Expected: "the numbers of TestCost for that ratio, and 30 million purchases a day", Seen: strings.Join(wrong, "\n"),
			Why: "The next person decides by these numbers, when the traffic has doubled.",
		})
	}
	if !fits(ratio.Value) {
		t.FailAt(l.Text(), ratio.Line, check.Failure{
			ID: "budget", Sentence: fmt.Sprintf("the ratio %g does not fit the budget", ratio.Value),
			Expected: fmt.Sprintf("from %g to %g gigabytes per day", leastPerDay, mostPerDay), Seen: fmt.Sprintf("%.1f gigabytes per day", perDay),
			Why: "Above the budget the store deletes the traces of the morning before noon; far below it you look at fewer whole traces than you have paid for.",
		})
	}
	if n := words(string(text)); n < leastWords {
		t.Fail(check.Failure{
			ID: "reason", Sentence: l.Text() + " has numbers and no reason", Expected: fmt.Sprintf("%d words or more that say why", leastWords), Seen: fmt.Sprintf("%d words beside headings, comments and numbers", n),
			Why: "A setting without its reason is changed by the next person who looks at the bill.",
		})
	}
}
