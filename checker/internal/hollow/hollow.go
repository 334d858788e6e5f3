// Package hollow says which lessons' answers are taken out of another lesson's new workspace. CONTRIBUTING.md has the rule.
package hollow

import "stagecraft/checker/internal/lesson"

// Of lists the lessons whose starters are laid over a new workspace of l when none of them is solved. A lesson with services needs a working
// shop, and a review or a search for faults has no holes; a lesson may name others that its checks need working.
func Of(l lesson.Lesson, all []lesson.Lesson) []lesson.Lesson {
	if len(l.Needs) > 0 {
		return nil
	}
	var hollow []lesson.Lesson
	for _, other := range all {
		if other.Number != l.Number && other.Stage == l.Stage && other.Kind == lesson.Implement && !l.IsGiven(other) {
			hollow = append(hollow, other)
		}
	}
	return hollow
}
