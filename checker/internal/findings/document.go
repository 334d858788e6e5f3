package findings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"stagecraft/checker/internal/lesson"
	"stagecraft/checker/internal/workspace"
)

// Document grades what lies in the directory written, review.md or findings.md, for the code in dir. It also returns how many findings
// there are. A document that is not there has none.
func Document(root string, l lesson.Lesson, dir, written string) (Grade, int, error) {
	sheet, err := ReadSheet(l.Dir)
	if err != nil {
		return Grade{}, 0, err
	}
	tree, err := workspace.StartOf(dir, root, l)
	if err != nil {
		return Grade{}, 0, err
	}
	text, err := os.ReadFile(filepath.Join(written, l.Text()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Grade{}, 0, fmt.Errorf("read the findings: %w", err)
	}
	found := Parse(string(text))
	grade, err := sheet.Judge(tree, l.ChangeDiff(), found)
	return grade, len(found), err
}
