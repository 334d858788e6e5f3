package report

import (
	"fmt"
	"io"
	"slices"
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
	entries := NewEntries(opt)
	for _, res := range r.Results {
		b.WriteString(entries.Next(res))
	}
	b.WriteString("\n" + End(r, opt))
	_, err := io.WriteString(w, b.String())
	return err
}

// Entries are the checks of one plain report, in the order in which they are shown.
type Entries struct {
	opt   Options
	shown map[cause]bool
}

// cause is why a check did not pass; checks with the same one have nothing new to say.
type cause struct{ message, expected, seen, file, hint string }

// NewEntries returns the entries of a report that has shown nothing yet.
func NewEntries(opt Options) *Entries { return &Entries{opt: opt, shown: map[cause]bool{}} }

// causeOf is the place of a compile error, whatever was being built when it was found, else all that the result says.
func causeOf(res check.Result) cause {
	at := fmt.Sprintf("%s:%d", res.File, res.Line)
	if res.Verdict == check.BuildError && res.File != "" {
		return cause{file: at}
	}
	return cause{res.Message, res.Expected, res.Seen, at, res.Hint}
}

// Next is one check: a line, and below it what there is to say when it did not pass, unless that was said before.
func (e *Entries) Next(res check.Result) string {
	p := &plain{opt: e.opt}
	if res.Verdict == check.BuildError || res.Crashed {
		why := causeOf(res)
		if e.shown[why] {
			p.headline(res, "as above")
			return p.String()
		}
		e.shown[why] = true
	}
	p.headline(res, Seconds(res.ElapsedMS))
	if res.Verdict == check.Pass || res.Verdict == check.NotRun {
		return p.String()
	}
	p.paragraph(res.Message)
	p.field("hint", res.Hint)
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
	p.allLogs(res)
	if res.Repeat != "" && res.Verdict != check.BuildError { // no seed changes what compiles
		fmt.Fprintf(p, "%s$ %s\n", indent, res.Repeat) // in one piece, to be copied
	}
	return p.String()
}

// End is the last lines of the plain report.
func End(r check.Report, opt Options) string {
	text := holes(r, opt)
	for _, line := range wrap(Mark(r.Verdict)+" "+Summary(r), opt.width()) {
		text += opt.paint(r.Verdict, line) + "\n"
	}
	if r.RunDir != "" && r.Verdict != check.Pass {
		text += "evidence: " + fromHere(r.RunDir, "timeline.html") + "\n"
	}
	return text
}

// holes lists the parts of the task with their states, unless all is done.
func holes(r check.Report, opt Options) string {
	if len(r.Holes) < 2 || r.Verdict == check.Pass {
		return ""
	}
	words := map[check.HoleState]string{check.HoleNotJudged: "not judged"}
	marks := map[check.HoleState]check.Verdict{check.HoleFails: check.Fail, check.HolePasses: check.Pass}
	var b strings.Builder
	b.WriteString("your task\n")
	for _, h := range r.Holes {
		state := words[h.State]
		if state == "" {
			state = string(h.State)
		}
		mark := opt.paint(marks[h.State], Mark(marks[h.State]))
		fmt.Fprintf(&b, "%s %s%s\n", mark, pad(clip(h.Name, opt.width()-14), opt.width()-12), state)
	}
	return b.String() + "\n"
}

// plain builds an entry.
type plain struct {
	strings.Builder
	opt Options
}

const indent, fieldWidth = "    ", 10

func (p *plain) headline(res check.Result, took string) {
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

// logs shows a few lines only: allLogs says where the others are. The decisive one is shown whole, others that tell of trouble as far
// as they go on a few lines, because the cause stands at their end.
func (p *plain) logs(lines []check.LogLine) {
	const most, tall = 12, 4
	name := "logs"
	shown := loudest(lines, most)
	whole := decisive(shown)
	for i, l := range shown {
		text := fmt.Sprintf("%6.2f s %s %s", float64(l.AtMS)/1000, pad(l.Service, 9), strings.TrimSpace(l.Text))
		room := p.opt.width() - len(indent) - fieldWidth
		shown := []string{clip(text, room)}
		if loud(l) {
			if shown = wrap(text, room); len(shown) > tall && i != whole {
				shown = append(shown[:tall-1], clip(strings.Join(shown[tall-1:], " "), room))
			}
		}
		for _, line := range shown {
			fmt.Fprintf(p, "%s%s%s\n", indent, pad(name, fieldWidth), line)
			name = ""
		}
	}
}

// decisive is the index of the line that says most: the last panic, else the last error, else the last line of trouble; -1 without any.
func decisive(lines []check.LogLine) int {
	for _, first := range [][]string{{"panic:", "fatal"}, {"error"}, {"warn"}} {
		for i, line := range slices.Backward(lines) {
			if word, _, _ := strings.Cut(strings.TrimSpace(line.Text), " "); slices.Contains(first, word) {
				return i
			}
		}
	}
	return -1
}

// allLogs names the command that prints the whole logs of a check.
func (p *plain) allLogs(res check.Result) {
	command, _, _ := strings.Cut(res.Repeat, " --seed")
	if len(res.Logs) > 0 && strings.Contains(command, " check ") {
		p.field("all logs", strings.Replace(command, " check ", " logs ", 1))
	}
}

// loudest returns at most so many of the lines, in their order: the last ones, but quiet ones only where those that tell of trouble leave room.
func loudest(lines []check.LogLine, most int) []check.LogLine {
	room := most
	for _, line := range lines {
		if loud(line) {
			room--
		}
	}
	var kept []check.LogLine
	for _, line := range slices.Backward(lines) {
		if loud(line) {
			kept = append(kept, line)
		} else if room > 0 {
			kept, room = append(kept, line), room-1
		}
	}
	slices.Reverse(kept)
	return kept[max(0, len(kept)-most):]
}

// loud tells whether a line is of trouble: a warning, an error, or what a program that breaks down prints.
func loud(line check.LogLine) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(line.Text), " ")
	return !slices.Contains([]string{"debug", "info"}, first)
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
