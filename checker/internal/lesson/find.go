package lesson

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Find returns the lesson meant by query: its number ("7", "07"), its slug, its directory, or the beginning of a word of its slug or title
// that no other lesson has. A lesson that is planned is a *PlannedError.
func Find(lessons []Lesson, query string) (Lesson, error) {
	wanted := strings.ToLower(strings.Trim(strings.TrimSpace(query), "/"))
	wanted = strings.TrimPrefix(strings.TrimPrefix(wanted, "workspace/"), "lessons/")
	if wanted == "" {
		return Lesson{}, fmt.Errorf("which lesson? %s", catalogue(lessons))
	}
	if number, err := strconv.Atoi(wanted); err == nil {
		for _, l := range lessons {
			if l.Number == number {
				return l, nil
			}
		}
		if i := slices.IndexFunc(Curriculum(), func(e Entry) bool { return e.Number == number }); i >= 0 {
			return Lesson{}, &PlannedError{Curriculum()[i]}
		}
		return Lesson{}, fmt.Errorf("there is no lesson %d; %s", number, catalogue(lessons))
	}
	for _, l := range lessons {
		if wanted == l.Slug || wanted == l.Name() || slices.Contains(formerNames(l), wanted) {
			return l, nil
		}
	}
	for _, e := range Planned(lessons) {
		if wanted == e.Slug || wanted == e.Name() {
			return Lesson{}, &PlannedError{e}
		}
	}
	for _, fits := range []func(Lesson) bool{
		func(l Lesson) bool { return strings.HasPrefix(l.Slug, wanted) },
		func(l Lesson) bool { return wordStarts(strings.Split(l.Slug, "-"), wanted) },
		func(l Lesson) bool {
			return wordStarts(strings.FieldsFunc(strings.ToLower(l.Title), notLetter), wanted)
		},
	} {
		found := slices.DeleteFunc(slices.Clone(lessons), func(l Lesson) bool { return !fits(l) })
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return Lesson{}, fmt.Errorf("%q could be several lessons: %s", query, list(found))
		}
	}
	return Lesson{}, fmt.Errorf("no lesson is called %q; %s", query, catalogue(lessons))
}

// formerNames are the names that the lesson's directory had before.
func formerNames(l Lesson) []string {
	for _, e := range Curriculum() {
		if e.Slug == l.Slug && e.Number == l.Number {
			return e.Was
		}
	}
	return nil
}

func wordStarts(words []string, prefix string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, prefix) })
}

func notLetter(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9')
}

func catalogue(lessons []Lesson) string {
	if len(lessons) == 0 {
		return "the catalogue is empty"
	}
	return "there are: " + list(lessons)
}

func list(lessons []Lesson) string {
	names := make([]string, len(lessons))
	for i, l := range lessons {
		names[i] = fmt.Sprintf("%d %s", l.Number, l.Slug)
	}
	return strings.Join(names, ", ")
}
