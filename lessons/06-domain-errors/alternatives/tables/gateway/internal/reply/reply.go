package reply

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/platform/errs"
)

func Refuse(c *gin.Context, status int, err error) {
	defer c.Abort()
	_ = c.Error(err)
	public := errs.From(err)
	if (public.Code == errs.RateLimited || public.Code == errs.Unavailable) && c.Writer.Header().Get("Retry-After") == "" {
		c.Header("Retry-After", "1")
	}
	if status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", challenge(c))
	}
	body := gin.H{"code": public.Code, "reason": public.Reason, "message": public.Message}
	if invalid, ok := asInvalid(err); ok {
		body["fields"] = invalid.Fields
	}
	c.JSON(status, body)
}
