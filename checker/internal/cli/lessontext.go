package cli

import (
	"fmt"
	"strings"

	"stagecraft/checker/internal/lesson"
)

// text is the body of the lesson, its quotes filled in.
func (s *studio) text(l lesson.Lesson) (string, error) {
	body, err := lesson.Render(l.Body, s.root)
	if err != nil && body == "" { // a quote that cannot be filled says so in its place
		return "", fmt.Errorf("lesson %d: %w", l.Number, err)
	}
	return strings.TrimSpace(body), nil
}
