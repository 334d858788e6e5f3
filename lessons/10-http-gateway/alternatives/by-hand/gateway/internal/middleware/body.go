package middleware

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"shop/platform/logging"
)

// record is the beginning of a body, for the log line.
type record struct {
	kept  []byte
	total int
	limit int
}

func (r *record) add(p []byte) {
	r.total += len(p)
	if room := 4*r.limit + 100 - len(r.kept); room > 0 {
		r.kept = append(r.kept, p[:min(len(p), room)]...)
	}
}

func (r *record) masked() string {
	if r.total == 0 {
		return ""
	}
	decoder := json.NewDecoder(strings.NewReader(string(r.kept)))
	first, err := decoder.Token()
	isObject := err == nil && first == json.Delim('{')
	for err == nil {
		_, err = decoder.Token()
	}
	if !isObject || !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return strconv.Itoa(r.total) + " bytes"
	}
	runes := []rune(logging.MaskBody(string(r.kept)))
	return string(runes[:min(len(runes), r.limit)])
}

//stagecraft:drop
func beginsObject(text string) bool { return false }
