package incidenthardening

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/findings"
	"stagecraft/checker/internal/lesson"
)

const (
	form = "postmortem.md"
	// slack is how much a time may differ from the record: half a minute, so that 09:06 is as good as 09:06:13.
	slack = 30 * time.Second
	// leastWords are those of a paragraph, leastActions the number of action items.
	leastWords   = 20
	leastActions = 3
	silentAlert  = "DeadLetters"
)

// moments are the times of the form, in their order.
var moments = []string{"start", "detection", "mitigation", "end"}

var (
	comment   = regexp.MustCompile(`(?s)<!--.*?-->`)
	entry     = regexp.MustCompile("^[\\s>*+|`-]*([A-Za-z ]+?)[*`\\s]*[:|=][\\s*`|]*(.*?)[\\s*`|.]*$")
	clock     = regexp.MustCompile(`(\d{1,2}):(\d{2})(?::(\d{2}))?`)
	item      = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)]|\|)\s*\S`)
	path      = regexp.MustCompile(`[\w./-]+\.(?:go|md|ya?ml|sql|json|proto)\b`)
	alertName = regexp.MustCompile(`(?m)^\s*- alert:\s*(\w+)`)
	thousands = regexp.MustCompile(`(\d)[,_\x{00A0}' ](\d{3})\b`)
)

// text is the learner's postmortem.
type text struct {
	t       *check.T
	body    string
	entries map[string]string // what the form asks for, by its name in lower case
	times   map[string]time.Duration
}

// postmortem compares the form with the record, and with itself.
func postmortem(t *check.T) {
	l, err := lesson.Read(t.Root(), t.Lesson())
	t.Ours("read the lesson", err)
	r, err := readRecord(filepath.Join(l.Dir, "starter", "incident"))
	t.Ours("read the record", err)
	sheet, err := findings.ReadSheet(l.Dir)
	t.Ours("read the numbers that are asked for", err)
	t.Step("read %s", form)
	p := read(t)
	t.Step("compare the timeline with the record")
	p.timeline(r)
	t.Step("compare the numbers")
	p.numbers(sheet, r)
	t.Step("look up the alerts, the runbook and the places of the action items")
	p.detected(r)
	p.actions()
	for _, section := range []string{"Causes", "What went well"} {
		n := len(strings.Fields(p.section(section)))
		t.True(n >= leastWords, check.Failure{
			ID: "section", Sentence: fmt.Sprintf("%s says too little under %q", form, section), Expected: fmt.Sprintf("%d words or more", leastWords), Seen: fmt.Sprintf("%d words", n),
			Why: "A postmortem is read by those who were not there.",
		})
	}
}

func read(t *check.T) text {
	source, err := os.ReadFile(filepath.Join(t.Written(), form))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Ours("read "+form, err)
	}
	p := text{t: t, body: comment.ReplaceAllString(string(source), ""), entries: map[string]string{}, times: map[string]time.Duration{}}
	for line := range strings.Lines(p.body) {
		if m := entry.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil && m[2] != "" {
			p.entries[strings.ToLower(m[1])] = m[2]
		}
	}
	return p
}

// timeline requires four times, in their order, that agree with the record.
func (p text) timeline(r record) {
	for _, name := range moments {
		m := clock.FindStringSubmatch(p.entries[name])
		if m == nil {
			id := "time"
			if !slices.ContainsFunc(moments, func(name string) bool { return p.entries[name] != "" }) {
				id = "nothing-written"
			}
			p.t.Fail(check.Failure{
				ID: id, Sentence: fmt.Sprintf("%s does not say the time of %s", form, name), Expected: fmt.Sprintf("%q with a time of day in UTC, HH:MM:SS", name+": "),
				Seen: orNothing(p.entries[name]), Why: "Each duration of a postmortem is the difference of two of these times.",
			})
		}
		of, err := time.ParseDuration(m[1] + "h" + m[2] + "m" + orZero(m[3]) + "s")
		p.t.Ours("read a time", err)
		p.times[name] = of
	}
	for i, name := range moments[1:] {
		before := moments[i]
		p.t.True(p.times[before] < p.times[name], check.Failure{
			ID: "timeline", Sentence: fmt.Sprintf("the %s is not after the %s", name, before), Expected: strings.Join(moments, " < "),
			Seen: fmt.Sprintf("%s: %s, %s: %s", before, p.entries[before], name, p.entries[name]), Why: "What is mitigated was detected before, and an incident ends after its mitigation.",
		})
	}
	for name, is := range map[string]time.Time{"start": r.start, "detection": r.detection, "mitigation": r.mitigation, "end": r.end} {
		of := is.Sub(is.Truncate(24 * time.Hour))
		p.t.True((p.times[name]-of).Abs() <= slack, check.Failure{
			ID: name, Sentence: fmt.Sprintf("the record says another time of %s", name), Expected: meaning[name], Seen: fmt.Sprintf("%s: %s", name, p.entries[name]),
			Why: "A time that is guessed from memory makes the response look faster, or another action look like the one that helped.",
		})
	}
}

// meaning says what each of the times is.
var meaning = map[string]string{
	"start":      "the first request that failed because of it: logs.jsonl, in UTC",
	"detection":  "the first page: alerts.jsonl, severity page, in UTC",
	"mitigation": "the end of the action after which purchases were accepted again, in UTC: logs.jsonl, orders.csv",
	"end":        "the end of the last order that the incident has cost: orders.csv, in UTC",
}

// numbers requires durations that follow from the times, and counts that follow from the record.
func (p text) numbers(sheet findings.Sheet, r record) {
	minutes := func(from, to string) float64 { return (p.times[to] - p.times[from]).Minutes() }
	measured := map[string]float64{
		"time to detect": minutes("start", "detection"), "time to mitigate": minutes("detection", "mitigation"), "duration": minutes("start", "end"),
		"failed requests": float64(r.failed), "lost orders": float64(r.lost), "doubled orders": float64(r.doubled),
	}
	stated := findings.Numbers(thousands.ReplaceAllString(p.body, "$1$2"))
	durations, counts := []findings.Number{}, []findings.Number{}
	for _, n := range sheet.Numbers {
		if n.Unit == "" {
			counts = append(counts, n)
			s := stated[n.Name]
			s.Unit = "" // "7 orders" is what one would write
			if _, ok := stated[n.Name]; ok {
				stated[n.Name] = s
			}
			continue
		}
		durations = append(durations, n)
	}
	if wrong := findings.Compare(durations, stated, measured); len(wrong) > 0 {
		p.t.Fail(check.Failure{
			ID: "durations", Sentence: form + ": a duration is not the difference of its two times", Expected: "time to detect = detection - start, time to mitigate = mitigation - detection, duration = end - start",
			Seen: strings.Join(wrong, "\n"), Why: "Those who compare incidents read these numbers alone.",
		})
	}
	var wrong []string
	for _, n := range counts {
		if s, ok := stated[n.Name]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s is not stated", n.Name))
		} else if s.Value != measured[n.Name] {
			wrong = append(wrong, fmt.Sprintf("%s: you say %g; %s", n.Name, s.Value, counting[n.Name]))
		}
	}
	if len(wrong) > 0 {
		p.t.Fail(check.Failure{
			ID: "numbers", Sentence: form + ": the impact is not that of the record", Expected: "the numbers of metrics.csv and orders.csv", Seen: strings.Join(wrong, "\n"),
			Why: "The impact decides how much work the action items are worth.",
		})
	}
}

// counting says where each count comes from.
var counting = map[string]string{
	"failed requests": "count all 5xx of the gateway, also those without a line in the log, over its restart",
	"lost orders":     "count the orders that the shop itself gave up",
	"doubled orders":  "count the orders for which more was taken than they cost and not given back",
}

// detected requires the alert that paged, its runbook, and the one that should have fired.
func (p text) detected(r record) {
	for _, want := range []struct{ name, value, why string }{
		{"paged by", r.pagedBy, "The first page decides how long customers have waited."},
		{"runbook", r.runbook, "A runbook that was followed and did not help is an action item."},
		{"silent alert", silentAlert, "An alert that should have fired and did not is the fault that no one looks for."},
	} {
		p.t.True(strings.Contains(p.entries[want.name], want.value), check.Failure{
			ID: "detection", Sentence: fmt.Sprintf("%s: %q is not what the record and the rules say", form, want.name), Expected: fmt.Sprintf("%q with the name that alerts.jsonl or observability/alerts.yaml has", want.name+": "),
			Seen: orNothing(p.entries[want.name]), Why: want.why,
		})
	}
}

// actions requires action items, each with a place or an alert that exists.
func (p text) actions() {
	files, alerts := p.places()
	items := 0
	for line := range strings.Lines(p.section("Action items")) {
		if !item.MatchString(line) || strings.HasPrefix(strings.TrimSpace(line), "|--") {
			continue
		}
		items++
		named := slices.ContainsFunc(alerts, func(alert string) bool { return strings.Contains(line, alert) })
		for _, place := range path.FindAllString(line, -1) {
			named = named || slices.ContainsFunc(files, func(file string) bool { return file == place || strings.HasSuffix(file, "/"+place) })
		}
		p.t.True(named, check.Failure{
			ID: "action", Sentence: "an action item names neither a file nor an alert of the shop", Expected: "what is to be done, and the file or the alert where it is done", Seen: strings.TrimSpace(line),
			Why: `"Be more careful" is no action: no one can say whether it was done.`,
		})
	}
	p.t.True(items >= leastActions, check.Failure{
		ID: "action", Sentence: form + " has too few action items", Expected: fmt.Sprintf("a list of %d or more under \"Action items\"", leastActions), Seen: fmt.Sprint(items),
		Why: "An incident with several causes has several repairs, and one of them is that it is seen earlier.",
	})
}

// places are the files of the shop and the names of its alerts.
func (p text) places() (files, alerts []string) {
	err := filepath.WalkDir(p.t.Dir(), func(file string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(p.t.Dir(), file)
			files = append(files, filepath.ToSlash(name))
		}
		return err
	})
	p.t.Ours("look for the files of the shop", err)
	for _, name := range []string{"alerts.yaml", "slo.yaml"} {
		rules, err := os.ReadFile(filepath.Join(p.t.Dir(), "observability", name))
		p.t.Ours("read the alerts", err)
		for _, m := range alertName.FindAllStringSubmatch(string(rules), -1) {
			alerts = append(alerts, m[1])
		}
	}
	return files, alerts
}

// section is the text under a heading.
func (p text) section(name string) string {
	var found strings.Builder
	inside := false
	for line := range strings.Lines(p.body) {
		if heading, ok := strings.CutPrefix(line, "#"); ok {
			inside = strings.EqualFold(strings.TrimSpace(strings.TrimLeft(heading, "#")), name)
			continue
		}
		if inside {
			found.WriteString(line)
		}
	}
	return found.String()
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

func orZero(text string) string {
	if text == "" {
		return "0"
	}
	return text
}
