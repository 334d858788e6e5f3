package findings

import (
	"regexp"
	"strconv"
	"strings"
)

// A Finding is a remark of the learner: a place and what is said about it.
type Finding struct {
	At   int    // the line of the document on which it begins, from 1
	File string // as written, with slashes
	Line int    // 0: none given
	Last int    // of a range of lines; Line when there is no range
	Decl string // given instead of lines: "Wallet.TopUp"
	Text string // what and why

	exact bool // Line and Last are those of Decl: what is near to them is something else
}

var (
	// begin is "- `wallet/x.go:12-14` — text", in a list, a table, a heading or alone. "#L12", "line 12" and a column of its own are lines, too;
	// "wallet/x.go#Wallet.TopUp" names a declaration.
	begin = regexp.MustCompile("^[\\s>*+#|\\-\\[\\]()_`]*(?:\\d{1,2}[.)]\\s+)?[\\s*_`\\[]*" +
		"((?:[\\w.-]+/)*[\\w.-]+\\.(?:go|mod|sql|proto|ya?ml|json|hcl|toml|diff|md|sh|tf|conf|lua))\\b" +
		"(?:[`*_\\])\\s]*(?::|#L?|\\||,?\\s*[Ll]ines?|\\sL)[`*_\\s:L]*(\\d+)(?:\\s*[-–]\\s*L?(\\d+))?|#([A-Za-z(*][\\w.*()]*))?")
	comment  = regexp.MustCompile(`(?s)<!--.*?-->`)
	notGrade = regexp.MustCompile(`(?i)^(?:note|nit|praise)\b\s*[:—–-]`)
)

// Parse reads the findings of a document: each begins with a place, FILE:LINE, and goes on until the next one, a heading or the end. It is
// lenient about everything around. Fenced code and comments are left out, and so are remarks whose text begins with "note:" or "nit:".
func Parse(document string) []Finding {
	document = comment.ReplaceAllStringFunc(document, func(c string) string { return strings.Repeat("\n", strings.Count(c, "\n")) })
	var found []Finding
	open, fenced := false, false
	for i, line := range strings.Split(strings.ReplaceAll(document, "\r\n", "\n"), "\n") {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~") {
			fenced = !fenced
			continue
		}
		if fenced {
			continue
		}
		if m := begin.FindStringSubmatch(line); m != nil {
			f := Finding{At: i + 1, File: strings.TrimPrefix(m[1], "./"), Decl: m[4], Text: text(line[len(m[0]):])}
			f.Line, _ = strconv.Atoi(m[2])
			f.Last = f.Line
			if last, err := strconv.Atoi(m[3]); err == nil {
				f.Last = max(f.Line, last)
			}
			found, open = append(found, f), true
			continue
		}
		switch {
		case strings.HasPrefix(trimmed, "# "), strings.HasPrefix(trimmed, "## "):
			open = false
		case open && trimmed != "":
			last := &found[len(found)-1]
			last.Text = strings.TrimSpace(last.Text + " " + text(line))
		}
	}
	graded := found[:0]
	for _, f := range found {
		if !notGrade.MatchString(f.Text) {
			graded = append(graded, f)
		}
	}
	return graded
}

// text is what a line says, without the marks around it.
func text(line string) string { return strings.Trim(line, " \t*_`|-–—:,]()>") }
