package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"stagecraft/checker/internal/check"
)

// GitHub writes workflow commands: an error for each check that the code fails, on its file if that is known, and a
// warning for each that could not be judged. Paths are relative to the working directory.
func GitHub(w io.Writer, r check.Report) error {
	var b strings.Builder
	for _, res := range r.Results {
		level := "error"
		switch res.Verdict {
		case check.Pass, check.NotRun:
			continue
		case check.Unknown:
			level = "warning"
		}
		properties := "title=" + escapeProperty(res.Sentence)
		if res.File != "" {
			properties = fmt.Sprintf("file=%s,line=%d,%s", escapeProperty(fromHere(r.Dir, res.File)), max(res.Line, 1), properties)
		}
		message := strings.Join(append([]string{Headline(res)}, details(res)...), "\n")
		fmt.Fprintf(&b, "::%s %s::%s\n", level, properties, escapeData(message))
	}
	fmt.Fprintf(&b, "::notice title=%s::%s\n", escapeProperty("lesson "+r.Lesson.Slug), escapeData(Summary(r)))
	_, err := io.WriteString(w, b.String())
	return err
}

// fromHere returns the path of a file in dir as seen from the working directory.
func fromHere(dir, file string) string {
	file = filepath.Join(dir, filepath.FromSlash(file))
	here, err := os.Getwd()
	if err != nil || !filepath.IsAbs(file) {
		return filepath.ToSlash(file)
	}
	rel, err := filepath.Rel(here, file)
	if err != nil || strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(file)
	}
	return filepath.ToSlash(rel)
}

func escapeData(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func escapeProperty(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(text)
}
