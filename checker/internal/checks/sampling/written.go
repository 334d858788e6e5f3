package sampling

import (
	"regexp"
	"strings"

	"stagecraft/checker/internal/findings"
)

// leastWords is how long a reason is at least.
const leastWords = 10

var (
	comments  = regexp.MustCompile(`(?s)<!--.*?-->`)
	thousands = regexp.MustCompile(`(\d)[,_\x{00A0}' ](\d{3})\b`)
)

// numbersOf reads the numbers, also with the units that one would write, and with thousands set apart as in 1,450 bytes.
func numbersOf(text string) map[string]findings.Stated {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.Contains(strings.ToLower(line), bytesName) {
			lines[i] = thousands.ReplaceAllString(line, "$1$2")
		}
	}
	stated := findings.Numbers(strings.Join(lines, "\n"))
	for name, one := range stated {
		switch {
		case one.Unit == "percent":
			one.Unit = "%"
		case name == bytesName && (one.Unit == "bytes" || one.Unit == "b"), name == perDayName && (one.Unit == "gigabytes" || one.Unit == "gb"):
			one.Unit = ""
		}
		stated[name] = one
	}
	return stated
}

// words counts those of the text itself: no comments, headings, tables, or lines with a number that is asked for.
func words(text string) (n int) {
	for line := range strings.SplitSeq(comments.ReplaceAllString(text, ""), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "|") {
			continue
		}
		asked := false
		for name := range findings.Numbers(line) {
			switch name {
			case ratioName, bytesName, perDayName, foundName, byRatioName:
				asked = true
			}
		}
		if !asked {
			n += len(strings.Fields(line))
		}
	}
	return n
}
