// Package reply writes all answers of the gateway, in the one format that clients know.
package reply

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"stagecraft/stage1-mvp/platform/errs"
)

// Success is the envelope of an answer.
type Success struct {
	Code int `json:"code"`
	Data any `json:"data"`
}

// Failure is the envelope of a refusal.
type Failure struct {
	Code    errs.Code `json:"code"`
	Reason  string    `json:"reason"`
	Message string    `json:"message"`
	Fields  []Field   `json:"fields,omitempty"`
}

// Field says what is wrong with one field of the request, by the name that it has in the JSON.
type Field struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Data answers with data.
func Data(c *gin.Context, status int, data any) {
	c.JSON(status, Success{Data: data})
}

// NoContent answers 204: done, with nothing to say about it.
func NoContent(c *gin.Context) { c.Status(http.StatusNoContent) }

// Error answers with the part of err that a client may know, and keeps all of it for the log line. No handler runs after it.
func Error(c *gin.Context, err error) {
	Refuse(c, errs.HTTPStatus(errs.CodeOf(err)), err)
}

// Refuse is Error with a status of the caller's choice, for refusals that HTTP has a status of its own for.
func Refuse(c *gin.Context, status int, err error) {
	_ = c.Error(err)
	public := errs.From(err)
	failure := Failure{Code: public.Code, Reason: public.Reason, Message: public.Message}
	if invalid, ok := asInvalid(err); ok {
		failure.Fields = invalid.Fields
	}
	// A busy service does not say for how long; the gateway's own limit does.
	if public.Code == errs.RateLimited && c.Writer.Header().Get("Retry-After") == "" {
		c.Header("Retry-After", "1")
	}
	c.AbortWithStatusJSON(status, failure)
}
