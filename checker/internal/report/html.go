package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"stagecraft/checker/internal/check"
)

//go:embed page.html
var pageSource string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"mark":    Mark,
	"seconds": Seconds,
	"summary": Summary,
	"flow":    FlowOf,
	"at":      axisLabel,
	"tip":     tipOf,
	"ms":      func(ms int64) string { return fmt.Sprintf("%.2f s", float64(ms)/1000) },
}).Parse(pageSource))

// HTML writes one self-contained page with the results and the timeline of each check.
func HTML(w io.Writer, r check.Report) error {
	if err := page.Execute(w, r); err != nil {
		return fmt.Errorf("write page: %w", err)
	}
	return nil
}
