// Package reply writes all answers of the gateway in one format.
package reply

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"shop/platform/errs"
)

// Success is the body of a successful answer.
type Success struct {
	Code int `json:"code"`
	Data any `json:"data"`
}

// Failure is the body of an error.
type Failure struct {
	Code    errs.Code `json:"code"`
	Reason  string    `json:"reason"`
	Message string    `json:"message"`
	Fields  []Field   `json:"fields,omitempty"`
}

// Field is a fault of one field of the request, with the name that the client used.
type Field struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Data answers with data.
func Data(c *gin.Context, status int, data any) {
	c.JSON(status, Success{Data: data})
}

// NoContent answers 204.
func NoContent(c *gin.Context) { c.Status(http.StatusNoContent) }

// Error answers with the public part of err, and keeps the whole error for the log line. No handler runs after it.
func Error(c *gin.Context, err error) {
	Refuse(c, statusOf(errs.CodeOf(err)), err)
}

// Refuse is Error with another status than that of the code, such as 405 or 413.
func Refuse(c *gin.Context, status int, err error) {
	_ = c.Error(err)
	public := errs.From(err)
	failure := Failure{Code: public.Code, Reason: public.Reason, Message: public.Message}
	if invalid, ok := asInvalid(err); ok {
		failure.Fields = invalid.Fields
	}
	// The gateway's own rate limit has set the header already.
	if (public.Code == errs.RateLimited || public.Code == errs.Unavailable) && c.Writer.Header().Get("Retry-After") == "" {
		c.Header("Retry-After", seconds(public.RetryAfter))
	}
	if status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", challenge(c))
	}
	c.AbortWithStatusJSON(status, failure)
}

// seconds rounds up: the header has no fractions, and a client that comes too early is refused again. It is 1 when the time is not known.
func seconds(d time.Duration) string {
	return strconv.FormatInt(max(1, int64(math.Ceil(d.Seconds()))), 10)
}

// challenge returns the WWW-Authenticate header of RFC 6750: with an error only for a request that had credentials.
func challenge(c *gin.Context) string {
	if c.GetHeader("Authorization") == "" {
		return `Bearer realm="shop"`
	}
	return `Bearer realm="shop", error="invalid_token"`
}
