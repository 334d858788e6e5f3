package monorepo

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/findings"
	"stagecraft/checker/internal/lesson"
)

// leastWords is how long a reason is at least.
const leastWords = 15

const (
	one      = "one module"
	internal = "internal module"
	released = "released module"
	firstTag = errsDir + "/v1.0.0"
)

// answers are the decisions that follow from the lesson's rules.
var answers = map[string]string{
	"errors": released, "ledger": released,
	"linters": internal, "replay": internal,
	"pagination": one, "contracts": one, "build-time": one, "owners": one, "barcodes": one,
}

var (
	comments  = regexp.MustCompile(`(?s)<!--.*?-->`)
	caseLine  = regexp.MustCompile("(?i)^[\\s>*+|`-]*case\\s+([a-z-]+)[*`\\s]*[:=|][\\s*`]*([a-z]+(?: [a-z]+)?)")
	tagLine   = regexp.MustCompile("(?i)^[\\s>*+|`-]*first tag[*`\\s]*[:=|][\\s*`]*([^\\s*`|]+)")
	thousands = regexp.MustCompile(`(\d)[,_\x{00A0}' ](\d{3})\b`)
)

// written reads the learner's text without comments.
func written(t *check.T) (name, text string, sheet findings.Sheet) {
	l, err := lesson.Read(t.Root(), t.Lesson())
	t.Ours("read the lesson", err)
	sheet, err = findings.ReadSheet(l.Dir)
	t.Ours("read the numbers that are asked for", err)
	source, err := os.ReadFile(filepath.Join(t.Written(), l.Text()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Ours("read "+l.Text(), err)
	}
	return l.Text(), blankComments(string(source)), sheet
}

// blankComments takes comments out and keeps the numbers of the lines.
func blankComments(text string) string {
	return comments.ReplaceAllStringFunc(text, func(c string) string { return strings.Repeat("\n", strings.Count(c, "\n")) })
}

func numbers(t *check.T) {
	name, text, sheet := written(t)
	t.Step("measure the shop as one module")
	measured := measure(t)
	stated := findings.Numbers(thousands.ReplaceAllString(text, "$1$2"))
	for key, s := range stated { // "93 packages" is what one would write
		s.Unit = ""
		stated[key] = s
	}
	if wrong := findings.Compare(sheet.Numbers, stated, measured); len(wrong) > 0 {
		t.Fail(check.Failure{
			ID: "numbers", Sentence: fmt.Sprintf("%s: %d of its %d numbers are not those of your shop", name, len(wrong), len(sheet.Numbers)),
			Expected: "what the go command counts in the shop as one module", Seen: strings.Join(wrong, "\n"),
			Why: "A decision about modules by the feeling that a repository is large is made again in each meeting.",
		})
	}
}

func cases(t *check.T) {
	name, text, sheet := written(t)
	t.Step("compare the cases of %s with the rules", name)
	found, lines, tag := map[string]string{}, map[string]int{}, ""
	for n, line := range strings.Split(text, "\n") {
		if m := caseLine.FindStringSubmatch(line); m != nil {
			key := strings.ToLower(m[1])
			found[key], lines[key] = strings.ToLower(m[2]), n+1
		}
		if m := tagLine.FindStringSubmatch(line); m != nil {
			tag = m[1]
		}
	}
	for _, key := range slices.Sorted(maps.Keys(answers)) {
		if found[key] == "" {
			t.Fail(check.Failure{
				ID: "undecided", Sentence: fmt.Sprintf("%s does not decide the case %s", name, key), Expected: fmt.Sprintf("%q with %s, %s or %s", "case "+key+": …", one, internal, released),
				Seen: fmt.Sprintf("%d of %d cases", len(found), len(answers)), Why: "A case that is not decided is decided by the next person who is in a hurry.",
			})
		}
		if !slices.Contains([]string{one, internal, released}, found[key]) {
			t.FailAt(name, lines[key], check.Failure{
				ID: "undecided", Sentence: fmt.Sprintf("the case %s has an answer that is none of the three", key),
				Expected: fmt.Sprintf("%s, %s or %s", one, internal, released), Seen: found[key],
				Why: "The rules lead to one of the three.",
			})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(answers)) {
		if found[key] != answers[key] {
			t.FailAt(name, lines[key], check.Failure{
				ID: "case", Sentence: fmt.Sprintf("the case %s is not decided by the rules", key), Expected: "the first of the rules, in their order, that holds for the case",
				Seen: fmt.Sprintf("case %s: %s", key, found[key]), Why: "A rule that is not applied to the case at hand is an opinion.",
			})
		}
	}
	if tag != firstTag {
		t.Fail(check.Failure{
			ID: "tag", Sentence: "the go command would not find the first release under this tag", Expected: "first tag: the name that the go command looks for, for version v1.0.0 of " + errsPath,
			Seen: orNone(tag), Why: "In a repository with several modules a tag must say which of them is released.",
		})
	}
	if n := words(text, sheet); n < leastWords {
		t.Fail(check.Failure{
			ID: "reason", Sentence: name + " has answers and no reason", Expected: fmt.Sprintf("%d words or more about the shop itself: why it stays one module but for its errors", leastWords),
			Seen: fmt.Sprintf("%d words beside headings, comments, cases and numbers", n), Why: "A layout without its reason is changed by the next person who has seen another one.",
		})
	}
}

// words counts those of the text itself.
func words(text string, sheet findings.Sheet) (n int) {
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "|") || caseLine.MatchString(line) || tagLine.MatchString(line) {
			continue
		}
		asked := false
		for name := range findings.Numbers(line) {
			asked = asked || slices.ContainsFunc(sheet.Numbers, func(number findings.Number) bool { return number.Name == name })
		}
		if !asked {
			n += len(strings.Fields(line))
		}
	}
	return n
}
