package reply

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/platform/errs"
	"shop/platform/logging"
)

// Refuse is Error with another status than that of the code, such as 405 or 413.
func Refuse(c *gin.Context, status int, err error) {
	_ = c.Error(err)
	logging.From(c.Request.Context()).Warn("request refused", logging.Event("gateway.request.refused"), logging.Error(err))
	public := errs.From(err)
	failure := Failure{Code: public.Code, Reason: public.Reason, Message: public.Message}
	if invalid, ok := asInvalid(err); ok {
		failure.Fields = invalid.Fields
	}
	// The gateway's own rate limit has set the header already; a service does not report how long it will be busy or unavailable.
	if (public.Code == errs.RateLimited || public.Code == errs.Unavailable) && c.Writer.Header().Get("Retry-After") == "" {
		c.Header("Retry-After", "1")
	}
	if status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", challenge(c))
	}
	c.AbortWithStatusJSON(status, failure)
}
