package middleware

import "strings"

// record is the beginning of a body, for the log line.
type record struct {
	strings.Builder
	limit int
}

func (r *record) add(p []byte) {
	r.Write(p)
}

// masked returns the text to log.
func (r *record) masked() string {
	// TODO: what is in a body that must not be in a log?
	text := r.String()
	return text[:min(len(text), r.limit)]
}

//stagecraft:drop
func beginsObject(text string) bool { return false }
