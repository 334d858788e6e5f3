package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"stagecraft/checker/internal/check"
)

// Plain writes the report for a terminal or a pipe.
func Plain(w io.Writer, r check.Report, opt Options) error {
	var b strings.Builder
	if r.Lesson.Title != "" {
		fmt.Fprintf(&b, "Lesson %d · %s\n", r.Lesson.Number, r.Lesson.Title)
	}
	if r.Infra != "" {
		b.WriteString(r.Infra + "\n")
	}
	if b.Len() > 0 {
		b.WriteString("\n")
	}
	for _, res := range r.Results {
		b.WriteString(Entry(res, opt))
	}
	b.WriteString("\n" + End(r, opt))
	_, err := io.WriteString(w, b.String())
	return err
}

// Entry is one check in the plain report: a line, and below it what there is to say when it did not pass.
func Entry(res check.Result, opt Options) string {
	p := &plain{opt: opt}
	p.headline(res)
	if res.Verdict == check.Pass || res.Verdict == check.NotRun {
		return p.String()
	}
	p.paragraph(res.Message)
	p.field("expected", res.Expected)
	p.field("seen", res.Seen)
	p.field("why", res.Why)
	if res.File != "" {
		p.field("where", fmt.Sprintf("%s:%d", res.File, res.Line))
	}
	if res.Fault != "" {
		p.field("our fault", res.Fault)
	}
	p.steps(res.Steps)
	p.logs(res.Logs)
	p.field("hint", res.Hint)
	if res.Repeat != "" {
		fmt.Fprintf(p, "%s$ %s\n", indent, res.Repeat) // in one piece, to be copied
	}
	return p.String()
}

// End is the last lines of the plain report.
func End(r check.Report, opt Options) string {
	text := ""
	for _, line := range wrap(Mark(r.Verdict)+" "+Summary(r), opt.width()) {
		text += opt.paint(r.Verdict, line) + "\n"
	}
	if r.RunDir != "" && r.Verdict != check.Pass {
		text += "evidence: " + fromHere(r.RunDir, "timeline.html") + "\n"
	}
	return text
}

// plain builds an entry.
type plain struct {
	strings.Builder
	opt Options
}

const indent, fieldWidth = "    ", 10

func (p *plain) headline(res check.Result) {
	took := Seconds(res.ElapsedMS)
	if res.Verdict == check.NotRun {
		took = clip(res.Fault, 16)
	}
	width := p.opt.width()
	lines := wrap(res.Sentence, width-4-utf8.RuneCountInString(took))
	for i, line := range lines {
		if i > 0 {
			fmt.Fprintf(p, "  %s\n", line)
			continue
		}
		fmt.Fprintf(p, "%s %s%s\n", p.opt.paint(res.Verdict, Mark(res.Verdict)), pad(line, width-2-utf8.RuneCountInString(took)), took)
	}
}

func (p *plain) paragraph(text string) {
	if text == "" {
		return
	}
	for _, line := range wrap(text, p.opt.width()-len(indent)) {
		fmt.Fprintf(p, "%s%s\n", indent, line)
	}
}

func (p *plain) field(name, text string) {
	if text == "" {
		return
	}
	for i, line := range wrap(text, p.opt.width()-len(indent)-fieldWidth) {
		if i > 0 {
			name = ""
		}
		fmt.Fprintln(p, strings.TrimRight(indent+pad(name, fieldWidth)+line, " "))
	}
}

func (p *plain) steps(steps []check.Step) {
	name := "steps"
	for _, s := range steps {
		mark := " "
		if s.Failed {
			mark = "✗"
		}
		p.field(pad(name, fieldWidth), fmt.Sprintf("%6.2f s %s %s", float64(s.AtMS)/1000, mark, s.Text))
		name = ""
	}
}

// logs shows a few lines only: all of them are among the evidence.
func (p *plain) logs(lines []check.LogLine) {
	const most = 12
	name := "logs"
	for _, l := range lines[max(0, len(lines)-most):] {
		text := fmt.Sprintf("%6.2f s %s %s", float64(l.AtMS)/1000, pad(l.Service, 9), strings.TrimSpace(l.Text))
		fmt.Fprintf(p, "%s%s%s\n", indent, pad(name, fieldWidth), clip(text, p.opt.width()-len(indent)-fieldWidth))
		name = ""
	}
}

func (o Options) width() int {
	if o.Width <= 0 {
		return 80
	}
	return max(o.Width, 40)
}

func (o Options) paint(v check.Verdict, text string) string {
	if !o.Colour {
		return text
	}
	colour := map[check.Verdict]string{check.Pass: "32", check.Fail: "31", check.BuildError: "31", check.Unknown: "33"}[v]
	if colour == "" {
		colour = "2"
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}
