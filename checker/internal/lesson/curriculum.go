package lesson

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// An Entry is a lesson of the curriculum, written or planned.
type Entry struct {
	Number int      `yaml:"number"`
	Slug   string   `yaml:"slug"`
	Stage  int      `yaml:"stage"`
	Kind   Kind     `yaml:"kind"`
	Title  string   `yaml:"title"`
	Was    []string `yaml:"was"` // names that the lesson's directory had before
	Until  []Until  `yaml:"until"`
}

// Until says from which stage on checks of a lesson do not hold any more, and why.
type Until struct {
	Stage  int      `yaml:"stage"`
	Checks []string `yaml:"checks"` // empty: the whole lesson
	Why    string   `yaml:"why"`
}

// Applying returns the checks of a lesson that a stage must pass, and why it need not pass the others.
func (l Lesson) Applying(stage int) (checks, reasons []string) {
	checks = slices.Clone(l.Checks)
	for _, e := range Curriculum() {
		if e.Number != l.Number {
			continue
		}
		for _, until := range e.Until {
			if stage < until.Stage {
				continue
			}
			reasons = append(reasons, until.Why)
			checks = slices.DeleteFunc(checks, func(id string) bool { return len(until.Checks) == 0 || slices.Contains(until.Checks, id) })
		}
	}
	return checks, reasons
}

// Name is the directory that the lesson has or will have.
func (e Entry) Name() string { return fmt.Sprintf("%02d-%s", e.Number, e.Slug) }

//go:embed curriculum.yaml
var curriculumYAML []byte

// Curriculum lists all lessons with their final numbers, in order.
func Curriculum() []Entry {
	var all []Entry
	if err := strictYAML(curriculumYAML, &all); err != nil {
		panic("curriculum.yaml: " + err.Error()) // it is compiled in, and a test reads it
	}
	return all
}

// Planned lists the lessons of the curriculum that are not among the written ones.
func Planned(written []Lesson) []Entry {
	return slices.DeleteFunc(Curriculum(), func(e Entry) bool {
		return slices.ContainsFunc(written, func(l Lesson) bool { return l.Number == e.Number || l.Slug == e.Slug })
	})
}

// A PlannedError says that the lesson asked for is in the curriculum and not written yet.
type PlannedError struct{ Entry Entry }

func (e *PlannedError) Error() string {
	return fmt.Sprintf("lesson %d (%s) is planned and not written yet; `go run ./checker list` shows the lessons that are",
		e.Entry.Number, e.Entry.Title)
}

// StageTitle is a stage's name in words: "Stage 1 · MVP".
func StageTitle(stage int) string {
	titles := []string{"MVP", "Async & resilience", "Hardening", "Infrastructure"}
	if stage < 1 || stage > len(titles) {
		return fmt.Sprintf("Stage %d", stage)
	}
	return fmt.Sprintf("Stage %d · %s", stage, titles[stage-1])
}

// StageNumber is 1 for the stage "stage1-mvp", and 0 for what is not named like a stage.
func StageNumber(stage string) int {
	var number int
	if _, err := fmt.Sscanf(strings.TrimPrefix(stage, "stage"), "%d", &number); err != nil {
		return 0
	}
	return number
}
