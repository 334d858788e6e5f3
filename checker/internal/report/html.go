package report

import (
	"io"

	"stagecraft/checker/internal/check"
)

// HTML writes one self-contained page with the results and the timeline of each check.
func HTML(w io.Writer, r check.Report) error { return nil }

// Plain writes the report for a terminal or a pipe.
func Plain(w io.Writer, r check.Report, opt Options) error { return nil }

// JUnit writes the report as JUnit XML, one test case per check.
func JUnit(w io.Writer, r check.Report) error { return nil }

// GitHub writes workflow commands that annotate the learner's files.
func GitHub(w io.Writer, r check.Report) error { return nil }

// TimelineText draws the timelines of the checks that did not pass in at most width columns, without colour.
func TimelineText(r check.Report, width int) string { return "" }
