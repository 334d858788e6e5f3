package middleware

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"shop/platform/logging"
)

// BodyLimit makes reading more than limit bytes of a request fail.
func BodyLimit(limit int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
		c.Next()
	}
}

// record is the beginning of a body, for the log line. It keeps twice as much as is logged, because secrets must be masked before the cut:
// half a secret is not recognized.
type record struct {
	strings.Builder
	limit int
}

func (r *record) add(p []byte) {
	if room := 2*r.limit - r.Len(); room > 0 {
		r.Write(p[:min(room, len(p))])
	}
}

// masked returns the text to log, at most limit bytes. Only JSON can be masked by field name, so of any other body, such as a form with a
// password, it is the length.
func (r *record) masked() string {
	text := r.String()
	if !beginsObject(text) {
		return fmt.Sprintf("%d bytes, not a JSON object", len(text))
	}
	text = logging.MaskBody(text)
	return strings.ToValidUTF8(text[:min(len(text), r.limit)], "�")
}

// beginsObject reports whether the text is empty, or a JSON object that may be cut short.
func beginsObject(text string) bool {
	if text != "" && !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
		return false
	}
	return true
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

func recordRequestBody(c *gin.Context, limit int) *record {
	r := &record{limit: limit}
	c.Request.Body = recordingReader{ReadCloser: c.Request.Body, record: r}
	return r
}

func recordResponseBody(c *gin.Context, limit int) *record {
	r := &record{limit: limit}
	c.Writer = recordingWriter{ResponseWriter: c.Writer, record: r}
	return r
}
