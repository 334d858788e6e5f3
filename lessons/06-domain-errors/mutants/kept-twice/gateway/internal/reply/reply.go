package reply

import (
	"github.com/gin-gonic/gin"

	"shop/platform/errs"
)

// Error answers with the public part of err, and keeps the whole error for the log line. No handler runs after it.
func Error(c *gin.Context, err error) {
	_ = c.Error(err)
	Refuse(c, statusOf(errs.CodeOf(err)), err)
}
