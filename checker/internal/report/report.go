// Package report renders a run for people and machines. No renderer judges: every verdict comes from check.Judge.
package report

import (
	"encoding/json"
	"fmt"
	"io"

	"stagecraft/checker/internal/check"
)

// Options of the plain report.
type Options struct {
	Colour bool // ANSI colours; leave off when the output is not a terminal
	Width  int  // columns; 0 means 80
}

// JSON writes the report as docs/result-schema.md describes it.
func JSON(w io.Writer, r check.Report) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	return nil
}

// ReadJSON reads what JSON wrote.
func ReadJSON(src io.Reader) (check.Report, error) {
	var r check.Report
	if err := json.NewDecoder(src).Decode(&r); err != nil {
		return r, fmt.Errorf("read result: %w", err)
	}
	if r.Schema != check.Schema {
		return r, fmt.Errorf("read result: schema is %q, not %q", r.Schema, check.Schema)
	}
	return r, nil
}
