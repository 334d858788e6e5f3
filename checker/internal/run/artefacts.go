package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
	"stagecraft/checker/internal/paths"
	"stagecraft/checker/internal/report"
)

// kept is how many runs are kept.
const kept = 50

// artefacts is where a run leaves its evidence. A nil *artefacts keeps nothing.
type artefacts struct {
	runs string // .stagecraft/runs
	dir  string
	slug string
}

func newArtefacts(plan Plan, began time.Time) (*artefacts, error) {
	if plan.Discard || plan.Root == "" {
		return nil, nil
	}
	a := &artefacts{runs: runsDir(plan.Root), slug: plan.Lesson.Slug}
	if err := os.MkdirAll(a.runs, 0o755); err != nil {
		return nil, fmt.Errorf("make room for the evidence: %w", err)
	}
	stamp := began.Format("20060102-150405.000")
	for n := 0; ; n++ { // two runs may begin in the same millisecond
		a.dir = filepath.Join(a.runs, stamp)
		if n > 0 {
			a.dir += fmt.Sprintf("-%d", n)
		}
		err := os.Mkdir(a.dir, 0o755)
		if err == nil {
			return a, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("make room for the evidence: %w", err)
		}
	}
}

// forCheck is the directory for one check's logs and spans; the first writer makes it.
func (a *artefacts) forCheck(id string) string {
	if a == nil {
		return ""
	}
	return filepath.Join(a.dir, "logs", id)
}

// write puts the report beside the logs, points `latest` at it and forgets old runs.
func (a *artefacts) write(r *check.Report) error {
	if a == nil {
		return nil
	}
	r.RunDir = a.dir
	var result, page bytes.Buffer
	if err := report.JSON(&result, *r); err != nil {
		return err
	}
	if err := report.HTML(&page, *r); err != nil {
		return err
	}
	err := errors.Join(
		writeFile(filepath.Join(a.dir, "result.json"), result.Bytes()),
		writeFile(filepath.Join(a.dir, "timeline.html"), page.Bytes()),
		writeFile(filepath.Join(a.dir, "spans.json"), collectSpans(filepath.Join(a.dir, "logs"))),
		writeFile(filepath.Join(a.runs, "latest"), []byte(filepath.Base(a.dir)+"\n")),
	)
	if a.slug != "" {
		err = errors.Join(err, writeFile(filepath.Join(a.runs, "latest-"+a.slug), []byte(filepath.Base(a.dir)+"\n")))
	}
	if err != nil {
		return fmt.Errorf("keep the evidence: %w", err)
	}
	forgetOld(a.runs)
	return nil
}

// Latest reads the last report of a lesson, or of any lesson if slug is empty. ok is false when there is none.
func Latest(root, slug string) (r check.Report, ok bool) {
	pointer := "latest"
	if slug != "" {
		pointer += "-" + slug
	}
	name, err := os.ReadFile(filepath.Join(runsDir(root), pointer))
	if err != nil {
		return r, false
	}
	f, err := os.Open(filepath.Join(runsDir(root), strings.TrimSpace(string(name)), "result.json"))
	if err != nil {
		return r, false
	}
	defer f.Close()
	r, err = report.ReadJSON(f)
	return r, err == nil
}

// lastFailing is what did not pass in the lesson's last run.
func lastFailing(plan Plan) []string {
	if plan.Root == "" || plan.Lesson.Slug == "" {
		return nil
	}
	last, _ := Latest(plan.Root, plan.Lesson.Slug)
	var ids []string
	for _, res := range last.Results {
		if res.Verdict == check.Fail || res.Verdict == check.BuildError || res.Verdict == check.Unknown {
			ids = append(ids, res.CheckID)
		}
	}
	return ids
}

func runsDir(root string) string { return filepath.Join(root, ".stagecraft", "runs") }

// writeFile replaces a file in one step, so that a reader never sees half of it.
func writeFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// collectSpans joins the spans that checks left under logs/<check>/spans.json into one object by check.
func collectSpans(logs string) []byte {
	all := map[string]json.RawMessage{}
	files := paths.Match(logs, "*/spans.json")
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil && json.Valid(data) {
			all[filepath.Base(filepath.Dir(file))] = data
		}
	}
	out, err := json.Marshal(all)
	if err != nil {
		return []byte("{}")
	}
	return append(out, '\n')
}

func forgetOld(runs string) {
	entries, err := os.ReadDir(runs)
	if err != nil {
		return
	}
	var dirs []string
	for _, e := range entries {
		if e.IsDir() {
			dirs = append(dirs, e.Name())
		}
	}
	slices.Sort(dirs)
	for len(dirs) > kept {
		_ = os.RemoveAll(filepath.Join(runs, dirs[0]))
		dirs = dirs[1:]
	}
}
