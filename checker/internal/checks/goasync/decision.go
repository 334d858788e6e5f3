package goasync

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/findings"
	"stagecraft/checker/internal/lesson"
)

// measured are the numbers of the lesson's shop, which TestZZAsyncMeasure measures again in the learner's code, and of its cases.
var measured = map[string]float64{
	"latency": 340, "in flight": 17, "availability": 92.17, "undone": 6.83,
	"calls of a paid purchase": 3, "calls of an undone purchase": 5,
	"paid of the burst": 83, "queue for the burst": 18.1, "frozen wallet": 9.7,

	"till wait": 970, "till availability": 99.84, "points availability": 98.40,
	"fraud wait": 45.17, "seats wait": 240, "import wait": 10800,
}

const (
	synchronous  = "synchronous"
	mixed        = "mixed"
	asynchronous = "asynchronous"

	// leastWords is how long the reason of a case is at least.
	leastWords = 5
)

// answers are the decisions that follow from the lesson's rules, and what each of them costs if it is another one.
var answers = []struct{ name, form, why string }{
	{"till", synchronous, "970 ms are within 3 s, and 99.84 % are above 99.8 %: nothing is gained by an answer that is not final"},
	{"points", mixed, "all steps reach 98.4 % of 99.8 %, those that the buyer must know of reach 99.89 %"},
	{"fraud", mixed, "all steps take 45 s of 2 s, those that the buyer must know of take 170 ms"},
	{"seats", asynchronous, "the last of 3,000 waits 240 s of 10 s, and none of the steps must be known at once"},
	{"import", synchronous, "36,000 rows of 300 ms are 3 hours of 8, and no person waits for a row"},
}

var (
	comments  = regexp.MustCompile(`(?s)<!--.*?-->`)
	caseLine  = regexp.MustCompile("(?i)^[\\s>*+|`-]*case\\s+([a-z]+)[*`\\s]*[:=|][\\s*`]*([a-z]+)[*`]*(.*)$")
	digit     = regexp.MustCompile(`\d`)
	thousands = regexp.MustCompile(`(\d)[,_\x{00A0}' ](\d{3})\b`)
)

// written reads the learner's text; comments are blank lines in it.
func written(t *check.T) (name, text string, sheet findings.Sheet) {
	l, err := lesson.Read(t.Root(), t.Lesson())
	t.Ours("read the lesson", err)
	sheet, err = findings.ReadSheet(l.Dir)
	t.Ours("read the numbers that are asked for", err)
	source, err := os.ReadFile(filepath.Join(t.Written(), l.Text()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Ours("read "+l.Text(), err)
	}
	return l.Text(), comments.ReplaceAllStringFunc(string(source), func(c string) string { return strings.Repeat("\n", strings.Count(c, "\n")) }), sheet
}

// statedIn reads the numbers, also with thousands set apart and with the units that one would write.
func statedIn(text string, sheet findings.Sheet) map[string]findings.Stated {
	stated := findings.Numbers(thousands.ReplaceAllString(text, "$1$2"))
	for _, n := range sheet.Numbers {
		s, ok := stated[n.Name]
		if !ok {
			continue
		}
		switch s.Unit {
		case "percent":
			s.Unit = "%"
		case "seconds", "second":
			s.Unit = "s"
		case "minutes", "minute":
			s.Unit = "min"
		case "h", "hours", "hour":
			s.Unit, s.Value = "s", s.Value*3600
		}
		if n.Unit == "" { // "83 purchases"
			s.Unit = ""
		}
		stated[n.Name] = s
	}
	return stated
}

// decided compares the numbers with what is measured.
func decided(t *check.T) {
	name, text, sheet := written(t)
	t.Step("read the numbers of %s", name)
	if wrong := findings.Compare(sheet.Numbers, statedIn(text, sheet), measured); len(wrong) > 0 {
		t.Fail(check.Failure{
			ID: "numbers", Sentence: fmt.Sprintf("%s: %d of its %d numbers are not those that are measured", name, len(wrong), len(sheet.Numbers)),
			Expected: "what TestMeasure prints for the shop of the task, and what follows from it; for the cases, what follows from their tables",
			Seen:     strings.Join(wrong, "\n"),
			Why:      "A team that goes asynchronous by a feeling pays for a broker and gets the latency that it had.",
		})
	}
	t.Step("measure the same purchases with your order service")
	t.GoTest("order/internal/usecase", "TestZZAsyncMeasure")
}

// cases compares the decisions with the rules.
func cases(t *check.T) {
	name, text, _ := written(t)
	t.Step("compare the cases of %s with the rules", name)
	type answer struct {
		form, reason string
		line         int
	}
	found := map[string]answer{}
	for n, line := range strings.Split(text, "\n") {
		if m := caseLine.FindStringSubmatch(line); m != nil {
			found[strings.ToLower(m[1])] = answer{strings.ToLower(m[2]), m[3], n + 1}
		}
	}
	for _, want := range answers {
		switch got, ok := found[want.name]; {
		case !ok:
			t.Fail(check.Failure{
				ID: "undecided", Sentence: fmt.Sprintf("%s does not decide the case %s", name, want.name),
				Expected: fmt.Sprintf("a line %q with %s, %s or %s", "case "+want.name+": FORM — REASON", synchronous, mixed, asynchronous),
				Seen:     fmt.Sprintf("%d cases of %d", len(found), len(answers)), Why: "A case that is not decided is decided by the next person who is in a hurry.",
			})
		case got.form != synchronous && got.form != mixed && got.form != asynchronous:
			t.FailAt(name, got.line, check.Failure{
				ID: "undecided", Sentence: fmt.Sprintf("the case %s has an answer that is none of the three forms", want.name),
				Expected: fmt.Sprintf("%s, %s or %s", synchronous, mixed, asynchronous), Seen: got.form, Why: "The rules lead to one of the three.",
			})
		case got.form != want.form:
			t.FailAt(name, got.line, check.Failure{
				ID: "case-" + want.name, Sentence: fmt.Sprintf("the decision about %s does not follow from its numbers", want.name),
				Expected: "the first form that fits: synchronous, then mixed, then asynchronous", Seen: fmt.Sprintf("case %s: %s", want.name, got.form),
				Why: "Too early costs a broker, dead letters and an answer that is not final; too late costs buyers.",
			})
		}
	}
	for _, want := range answers {
		got := found[want.name]
		if len(strings.Fields(strings.Trim(got.reason, " |—–-*`"))) < leastWords || !digit.MatchString(got.reason) {
			t.FailAt(name, got.line, check.Failure{
				ID: "reason", Sentence: fmt.Sprintf("the decision about %s has no reason, or one without a number", want.name),
				Expected: fmt.Sprintf("%d words or more after the form, on the same line, with the number that decides", leastWords), Seen: strings.TrimSpace(got.reason),
				Why: "When the number changes, the next person must see that the decision has to be made again.",
			})
		}
	}
}
