package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/paths"
	"stagecraft/checker/internal/progress"
	"stagecraft/checker/internal/run"
	"stagecraft/checker/internal/tui"
	"stagecraft/checker/internal/watch"
	"stagecraft/checker/internal/workspace"
)

// uiShop is the studio as the interface wants it.
type uiShop struct{ *studio }

var _ tui.Workshop = uiShop{}

// Lessons are the written and the planned ones. It reads the progress anew: a second checker may have changed it.
func (u uiShop) Lessons() ([]tui.Lesson, error) {
	p, err := progress.Load(u.root)
	if err != nil {
		return nil, err
	}
	var out []tui.Lesson
	for _, l := range u.lessons {
		out = append(out, u.shown(l, p))
	}
	for _, e := range lesson.Planned(u.lessons) {
		stage := fmt.Sprintf("stage%d", e.Stage)
		out = append(out, tui.Lesson{Number: e.Number, Slug: e.Slug, Title: e.Title, Stage: stage, Kind: string(e.Kind), State: tui.Planned})
	}
	slices.SortFunc(out, func(a, b tui.Lesson) int { return a.Number - b.Number })
	return out, nil
}

func (u uiShop) Open(number int) (tui.Lesson, error) {
	l, err := u.numbered(number)
	if err != nil {
		return tui.Lesson{}, err
	}
	if _, err := u.start(context.Background(), l, false); err != nil {
		return tui.Lesson{}, err
	}
	p, err := progress.Load(u.root)
	if err != nil {
		return tui.Lesson{}, err
	}
	shown := u.shown(l, p)
	shown.Body, err = u.text(l)
	shown.Body = head(l, workspace.OwnLines(u.root, l)) + shown.Body
	return shown, err
}

// head says, above the text of a lesson, which files to open and what the copy is made of.
func head(l lesson.Lesson, own string) string {
	var out strings.Builder
	if len(l.Files) > 0 {
		out.WriteString("Files in your copy: `" + strings.Join(l.Files, "`, `") + "`\n\n")
	}
	if own != "" {
		out.WriteString("> " + strings.ReplaceAll(own, "\n", "\n> ") + "\n\n")
	}
	return out.String()
}

func (u uiShop) shown(l lesson.Lesson, p *progress.Progress) tui.Lesson {
	shown := tui.Lesson{
		Number: l.Number, Slug: l.Slug, Title: l.Title, Stage: l.Stage, Kind: string(l.Kind), Minutes: l.Minutes,
		Topics: l.Topics, Files: l.Files, Needs: servers(l.Needs),
	}
	for _, id := range l.Checks {
		shown.Checks = append(shown.Checks, tui.CheckInfo{ID: id, Sentence: sentence(id)})
	}
	if u.started(l) {
		shown.State, shown.Workspace = tui.Started, u.relative(workspace.Path(u.root, l))
	}
	if of := p.Lessons[l.Name()]; of != nil && !of.PassedAt.IsZero() {
		shown.State = tui.Passed
	}
	return shown
}

func (u uiShop) Check(ctx context.Context, number int, first []string, observe func(run.Event)) error {
	l, err := u.numbered(number)
	if err != nil {
		return err
	}
	req := run.Request{}
	if len(first) > 0 {
		req.First = first
	}
	_, err = u.grade(ctx, l, req, observe)
	return err
}

func (u uiShop) Watch(ctx context.Context, number int) (<-chan struct{}, error) {
	l, err := u.numbered(number)
	if err != nil {
		return nil, err
	}
	return watch.Dir(ctx, workspace.Path(u.root, l))
}

func (u uiShop) Hint(number int, id string, level int) (string, int, error) {
	l, err := u.numbered(number)
	if err != nil {
		return "", 0, err
	}
	checkID, _, _ := strings.Cut(id, ".")
	if res, ran := u.result(l, checkID); ran {
		if text := withoutTopic(res); text != "" {
			return text, 1, nil
		}
	}
	return u.hint(context.Background(), l, id, level)
}

// Diff gives nothing away: before a pass it is the learner's own changes.
func (u uiShop) Diff(number int) (title, text string, err error) {
	l, err := u.numbered(number)
	if err != nil {
		return "", "", err
	}
	if u.passed(l) {
		text, err = u.besideReference(l)
		return "Your code against the reference", text, err
	}
	text, err = u.ownChanges(l)
	return "Your changes since the start", text, err
}

func (u uiShop) Solution(number int) (string, error) {
	l, err := u.numbered(number)
	if err != nil {
		return "", err
	}
	if err := u.sawSolution(l); err != nil {
		return "", err
	}
	return u.solution(l)
}

func (u uiShop) Recap(number int) (string, int, error) {
	l, err := u.numbered(number)
	if err != nil {
		return "", 0, err
	}
	text, err := u.recap(l)
	next := 0
	if n, none := u.next(); none == nil {
		next = n.Number
	}
	return text, next, err
}

// Last reads the lesson's last run with the whole logs that it kept: logs/<check>/<service>.log.
func (u uiShop) Last(number int) (tui.Evidence, bool) {
	l, err := u.numbered(number)
	if err != nil {
		return tui.Evidence{}, false
	}
	report, ok := run.Latest(u.root, l.Slug)
	if !ok {
		return tui.Evidence{}, false
	}
	return tui.Evidence{Report: report, Logs: keptLogs(report.RunDir)}, true
}

// Read opens the lesson's page of the site. Without a browser the address is all there is.
func (u uiShop) Read(number int) (string, bool, error) {
	page := "index.html"
	if l, err := u.numbered(number); err == nil {
		page = "lessons/" + l.Name() + "/index.html"
	}
	address, err := u.pages.address(page)
	if err != nil {
		return "", false, err
	}
	return address, browse(address) == nil, nil
}

func (u uiShop) Browse(number int) (string, error) {
	l, err := u.numbered(number)
	if err != nil {
		return "", err
	}
	report, ok := run.Latest(u.root, l.Slug)
	if !ok {
		return "", errors.New("no run yet: press r")
	}
	page := filepath.Join(report.RunDir, "timeline.html")
	if err := browse(page); err != nil {
		return "", fmt.Errorf("%w: open %s", err, u.relative(page))
	}
	return u.relative(page), nil
}

// keptLogs joins what each service wrote over all checks of a run, a heading between them.
func keptLogs(dir string) []tui.LogTab {
	files := paths.Match(dir, "logs/*/*.log")
	var tabs []tui.LogTab
	at := map[string]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || len(text) == 0 {
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), ".log")
		i, known := at[name]
		if !known {
			i = len(tabs)
			at[name] = i
			tabs = append(tabs, tui.LogTab{Name: name})
		}
		tabs[i].Lines = append(tabs[i].Lines, "── "+sentence(filepath.Base(filepath.Dir(file))))
		tabs[i].Lines = append(tabs[i].Lines, strings.Split(strings.TrimRight(string(text), "\n"), "\n")...)
	}
	return tabs
}

// servers names what a lesson needs in words.
func servers(needs []string) string {
	words := map[string]string{"postgres": "PostgreSQL", "redis": "Redis", "rabbitmq": "RabbitMQ"}
	var out []string
	for _, need := range needs {
		out = append(out, words[need])
	}
	return strings.Join(out, ", ")
}
