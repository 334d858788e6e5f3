package workspace

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"stagecraft/checker/internal/lesson"
)

// stageReadme is what the stage's README is called in a workspace, whose README is the lesson.
const stageReadme = "SHOP.md"

//go:embed tasks.json.tmpl
var tasksSource string

var tasksTemplate = template.Must(template.New("tasks.json").Parse(tasksSource))

// furnish puts the lesson as README and tasks for VS Code into a workspace that is about to appear.
func furnish(dir, root string, l lesson.Lesson, own Own) error {
	readme := filepath.Join(dir, "README.md")
	if err := os.Rename(readme, filepath.Join(dir, stageReadme)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.WriteFile(readme, []byte(readmeOf(root, l, own)), 0o644); err != nil {
		return err
	}
	if lines := own.Lines(); len(lines) > 0 {
		if err := os.WriteFile(filepath.Join(dir, ownFile), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			return err
		}
	}
	if change := l.ChangeDiff(); change != "" {
		if err := os.WriteFile(filepath.Join(dir, lesson.ChangeFile), []byte(change), 0o644); err != nil {
			return err
		}
	}
	var tasks bytes.Buffer
	if err := tasksTemplate.Execute(&tasks, map[string]any{"Number": l.Number}); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, ".vscode"), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ".vscode", "tasks.json"), tasks.Bytes(), 0o644)
}

func readmeOf(root string, l lesson.Lesson, own Own) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Lesson %d · %s\n\n", l.Number, l.Title)
	fmt.Fprintf(&b, "Your copy of `%s`; everything in it is yours. What the shop is and how it is built stands in [%s](%s).\n", l.Stage, stageReadme, stageReadme)
	for _, line := range own.Lines() {
		fmt.Fprintf(&b, "%s\n", line)
	}
	b.WriteString("\nFrom the root of the repository:\n\n```\n")
	for _, c := range []struct{ command, does string }{
		{"check", "grade once"}, {"watch", "grade at every save"}, {"hint", "a hint for the failure; again for a stronger one"},
		{"diff", "your changes since the start"}, {"reset", "begin anew; this copy moves to a dated backup"},
	} {
		fmt.Fprintf(&b, "%-32s # %s\n", fmt.Sprintf("go run ./checker %s %d", c.command, l.Number), c.does)
	}
	b.WriteString("```\n\n")
	body, err := lesson.Render(l.Body, root)
	if err != nil && body == "" {
		body = l.Body
	}
	b.WriteString(strings.TrimSpace(body) + "\n")
	return b.String()
}
