package middleware

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"stagecraft/stage1-mvp/platform/logging"
)

const (
	maxLoggedBody = 2000
	// recordedBody is more, because half of a secret is one, too, and nothing recognises it: what is hidden is hidden before the cut.
	recordedBody = 2 * maxLoggedBody
)

// BodyLimit refuses to read more than limit bytes of a request.
func BodyLimit(limit int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
		c.Next()
	}
}

// record is the beginning of a body, for the log line.
type record struct{ strings.Builder }

func (r *record) add(p []byte) {
	if room := recordedBody - r.Len(); room > 0 {
		r.Write(p[:min(room, len(p))])
	}
}

// masked returns what may be logged, at most maxLoggedBody characters. In what is no JSON object, such as a form with a password in it,
// nobody can tell what is secret: of that it is the length alone.
func (r *record) masked() string {
	text := r.String()
	if !beginsObject(text) {
		return fmt.Sprintf("%d bytes that are no JSON object", len(text))
	}
	text = logging.MaskBody(text)
	return strings.ToValidUTF8(text[:min(len(text), maxLoggedBody)], "�")
}

// beginsObject tells whether the text is empty, or is a JSON object that may be cut short.
func beginsObject(text string) bool {
	if text != "" && !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
		return false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	for {
		if _, err := decoder.Token(); err != nil {
			return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		}
	}
}

type recordingReader struct {
	io.ReadCloser
	record *record
}

func (r recordingReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.record.add(p[:n])
	return n, err
}

type recordingWriter struct {
	gin.ResponseWriter
	record *record
}

func (w recordingWriter) Write(p []byte) (int, error) {
	w.record.add(p)
	return w.ResponseWriter.Write(p)
}

func (w recordingWriter) WriteString(s string) (int, error) {
	w.record.add([]byte(s))
	return w.ResponseWriter.WriteString(s)
}

func recordRequestBody(c *gin.Context) *record {
	r := &record{}
	c.Request.Body = recordingReader{ReadCloser: c.Request.Body, record: r}
	return r
}

func recordResponseBody(c *gin.Context) *record {
	r := &record{}
	c.Writer = recordingWriter{ResponseWriter: c.Writer, record: r}
	return r
}
