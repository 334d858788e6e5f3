package workspace

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/lesson"
)

// Own is what a new workspace has in place of the reference: the learner's solutions of earlier lessons of the stage.
type Own struct {
	Overlays []fs.FS         // laid over the stage in this order, before the lesson's starter
	Lessons  []lesson.Lesson // whose solutions they are
	Hollow   []lesson.Lesson // not solved yet; their starters are laid over the stage, so that no answer shows
	LeftOut  []string        // solutions that are not there, and why, a sentence each
}

// Lines says in words what Own holds; nothing when it is empty.
func (o Own) Lines() []string {
	var lines []string
	if len(o.Lessons) > 0 {
		lines = append(lines, fmt.Sprintf("It contains your own code from %s in place of the reference.", numbers(o.Lessons)))
	}
	if len(o.Hollow) > 0 {
		lines = append(lines, fmt.Sprintf("What %s will ask for is taken out, so that nothing is given away.", numbers(o.Hollow)))
	}
	return append(lines, o.LeftOut...)
}

// numbers is "lesson 1" or "lessons 1, 2 and 16".
func numbers(lessons []lesson.Lesson) string {
	words := make([]string, len(lessons))
	for i, l := range lessons {
		words[i] = fmt.Sprint(l.Number)
	}
	if len(words) == 1 {
		return "lesson " + words[0]
	}
	last := len(words) - 1
	return "lessons " + strings.Join(words[:last], ", ") + " and " + words[last]
}

// ownFile keeps in a workspace what Lines said when it was made.
const ownFile = ".stagecraft-shop.txt"

// OwnLines is what the lesson's workspace has of the learner's own, as it was said when it was made; "" when that is nothing.
func OwnLines(root string, l lesson.Lesson) string {
	text, err := os.ReadFile(filepath.Join(Path(root, l), ownFile))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
