package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"stagecraft/checker/internal/check"
)

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Stamp    string      `xml:"timestamp,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string     `xml:"name,attr"`
	Class   string     `xml:"classname,attr"`
	Time    string     `xml:"time,attr"`
	Failure *junitBody `xml:"failure"`
	Error   *junitBody `xml:"error"`
	Skipped *junitBody `xml:"skipped"`
	Output  string     `xml:"system-out,omitempty"`
}

type junitBody struct {
	Type    string `xml:"type,attr,omitempty"`
	Message string `xml:"message,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// JUnit writes the report as JUnit XML, one test case per check: fail and build-error are failures, unknown is an error.
func JUnit(w io.Writer, r check.Report) error {
	suite := junitSuite{
		Name: "lesson " + r.Lesson.Slug, Tests: len(r.Results), Failures: r.Count(check.Fail) + r.Count(check.BuildError),
		Errors: r.Count(check.Unknown), Skipped: r.Count(check.NotRun), Time: junitTime(r.ElapsedMS),
		Stamp: r.Started.Format("2006-01-02T15:04:05"),
	}
	for _, res := range r.Results {
		suite.Cases = append(suite.Cases, junitCaseOf(r, res))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(suite); err != nil {
		return fmt.Errorf("write junit: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitCaseOf(r check.Report, res check.Result) junitCase {
	c := junitCase{Name: res.CheckID + ": " + res.Sentence, Class: r.Lesson.Slug, Time: junitTime(res.ElapsedMS)}
	body := &junitBody{Type: string(res.Verdict), Message: Headline(res), Text: strings.Join(details(res), "\n")}
	switch res.Verdict {
	case check.Pass:
	case check.NotRun:
		c.Skipped = &junitBody{Message: res.Fault}
	case check.Unknown:
		c.Error = body
	default:
		c.Failure = body
	}
	return c
}

// Headline is a result that did not pass in one line.
func Headline(res check.Result) string {
	first := func(text string) string {
		line, _, _ := strings.Cut(text, "\n")
		return line
	}
	switch {
	case res.Fault != "":
		return first(res.Fault)
	case res.Message != "":
		return first(res.Message)
	case res.Expected != "":
		return fmt.Sprintf("expected %s, seen %s", first(res.Expected), first(res.Seen))
	default:
		return "not so: " + res.Sentence
	}
}

func details(res check.Result) []string {
	var lines []string
	add := func(name, text string) {
		if text != "" {
			lines = append(lines, name+": "+text)
		}
	}
	add("expected", res.Expected)
	add("seen", res.Seen)
	add("why", res.Why)
	if res.File != "" {
		add("where", fmt.Sprintf("%s:%d", res.File, res.Line))
	}
	for _, s := range res.Steps {
		add("step", fmt.Sprintf("%.2f s %s", float64(s.AtMS)/1000, s.Text))
	}
	add("hint", res.Hint)
	add("repeat", res.Repeat)
	return lines
}

func junitTime(ms int64) string { return fmt.Sprintf("%.3f", float64(ms)/1000) }
