package lesson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"stagecraft/checker/internal/paths"
)

var (
	dirName  = regexp.MustCompile(`^(\d{2,3})-([a-z0-9]+(?:-[a-z0-9]+)*)$`)
	kinds    = []Kind{Implement, Debug, Review, Design}
	servers  = []string{"postgres", "redis", "rabbitmq"}
	fenceTag = []byte("---")
)

// Load reads every lesson under root/lessons, ordered by number.
// The faults of all lessons come joined in one error, each naming its file.
func Load(root string) ([]Lesson, error) {
	entries, err := os.ReadDir(filepath.Join(root, "lessons"))
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	var (
		lessons []Lesson
		faults  []error
		owner   = map[int]string{}
	)
	for _, entry := range entries {
		if !entry.IsDir() || !dirName.MatchString(entry.Name()) {
			continue
		}
		dir := filepath.Join(root, "lessons", entry.Name())
		if _, err := os.Stat(filepath.Join(dir, "lesson.md")); errors.Is(err, fs.ErrNotExist) {
			continue // not written yet
		}
		l, err := Read(root, dir)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		if other, taken := owner[l.Number]; taken {
			faults = append(faults, fmt.Errorf("lessons/%s: %s has the number %d too", entry.Name(), other, l.Number))
			continue
		}
		owner[l.Number] = entry.Name()
		lessons = append(lessons, l)
	}
	sort.Slice(lessons, func(i, j int) bool { return lessons[i].Number < lessons[j].Number })
	return lessons, errors.Join(faults...)
}

// matter is the front matter of lesson.md.
type matter struct {
	Title   string   `yaml:"title"`
	Slug    string   `yaml:"slug"`
	Stage   string   `yaml:"stage"`
	Kind    Kind     `yaml:"kind"`
	Minutes int      `yaml:"minutes"`
	Topics  []string `yaml:"topics"`
	Checks  []string `yaml:"checks"`
	Files   []string `yaml:"files"`
	Given   []string `yaml:"given"`
	Holes   []Hole   `yaml:"holes"`
	Needs   []string `yaml:"needs"`
}

// Read reads the lesson in dir, a directory of root/lessons.
func Read(root, dir string) (Lesson, error) {
	name := filepath.Base(dir)
	where := "lessons/" + name + "/lesson.md"
	parts := dirName.FindStringSubmatch(name)
	if parts == nil {
		return Lesson{}, fmt.Errorf("lessons/%s: the name of a lesson is NN-slug", name)
	}
	source, err := os.ReadFile(filepath.Join(dir, "lesson.md"))
	if err != nil {
		return Lesson{}, fmt.Errorf("read lesson: %w", err)
	}
	head, body, err := split(source)
	if err != nil {
		return Lesson{}, fmt.Errorf("%s: %w", where, err)
	}
	var m matter
	if err := strictYAML(head, &m); err != nil {
		return Lesson{}, fmt.Errorf("%s: front matter: %w", where, err)
	}
	number, _ := strconv.Atoi(parts[1])
	dir, err = filepath.Abs(dir)
	if err != nil {
		return Lesson{}, fmt.Errorf("%s: %w", where, err)
	}
	l := Lesson{
		Number: number, Slug: parts[2], Title: m.Title, Stage: stageDir(root, m.Stage), Kind: m.Kind, Minutes: m.Minutes,
		Topics: m.Topics, Checks: m.Checks, Files: m.Files, Given: m.Given, Holes: m.Holes, Needs: m.Needs, Dir: dir, Body: string(body),
	}
	if err := errors.Join(faults(root, l, m)...); err != nil {
		return Lesson{}, fmt.Errorf("%s: %w", where, err)
	}
	if l.hints, err = readHints(dir); err != nil {
		return Lesson{}, fmt.Errorf("lessons/%s/hints.yaml: %w", name, err)
	}
	return l, nil
}

// split cuts the front matter, between two lines of three dashes, from the body.
func split(source []byte) (head, body []byte, err error) {
	source = bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))
	first, rest, _ := bytes.Cut(source, []byte("\n"))
	if !bytes.Equal(bytes.TrimRight(first, " \t"), fenceTag) {
		return nil, nil, errors.New("it must begin with front matter between two lines of ---")
	}
	if rest, ok := bytes.CutPrefix(rest, []byte("---\n")); ok {
		return nil, rest, nil
	}
	head, body, found := bytes.Cut(rest, []byte("\n---\n"))
	if !found {
		return nil, nil, errors.New("the front matter has no closing line of ---")
	}
	return head, body, nil
}

func strictYAML(source []byte, into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// stageDir completes "1" or "stage1" to the directory "stage1-mvp"; what fits nothing comes back as it is.
func stageDir(root, stage string) string {
	if stage == "" {
		return ""
	}
	if info, err := os.Stat(filepath.Join(root, stage)); err == nil && info.IsDir() {
		return stage
	}
	found := paths.Match(root, "stage"+strings.TrimPrefix(stage, "stage")+"-*")
	if len(found) == 1 {
		return filepath.Base(found[0])
	}
	return stage
}

func faults(root string, l Lesson, m matter) []error {
	var all []error
	say := func(format string, args ...any) { all = append(all, fmt.Errorf(format, args...)) }
	if l.Title == "" {
		say("title is missing")
	}
	if m.Slug != "" && m.Slug != l.Slug {
		say("slug is %q, but the directory says %q", m.Slug, l.Slug)
	}
	if !slices.Contains(kinds, l.Kind) {
		say("kind is %q, it must be implement, debug, review or design", l.Kind)
	}
	if info, err := os.Stat(filepath.Join(root, l.Stage)); l.Stage == "" || err != nil || !info.IsDir() {
		say("stage is %q, which is no stage of this repository", l.Stage)
	}
	if l.Minutes <= 0 {
		say("minutes must say how long the lesson takes")
	}
	if len(l.Checks) == 0 {
		say("checks is empty")
	}
	for i, id := range l.Checks {
		if slices.Contains(l.Checks[:i], id) {
			say("check %s is listed twice", id)
		}
	}
	for _, need := range l.Needs {
		if !slices.Contains(servers, need) {
			say("needs %q, which is none of postgres, redis, rabbitmq", need)
		}
	}
	return append(all, holeFaults(l)...)
}
