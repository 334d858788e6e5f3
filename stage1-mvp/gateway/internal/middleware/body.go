package middleware

import (
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"stagecraft/stage1-mvp/platform/logging"
)

const maxLoggedBody = 2000

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
	if room := maxLoggedBody - r.Len(); room > 0 {
		r.Write(p[:min(room, len(p))])
	}
}

func (r *record) masked() string { return strings.ToValidUTF8(logging.MaskBody(r.String()), "�") }

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
