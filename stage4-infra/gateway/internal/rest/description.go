package rest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/openapi"
)

const descriptionPath = "/openapi.json"

// description serves the OpenAPI document. It changes only with the version of the gateway, and so does its ETag.
func description() (gin.HandlerFunc, error) {
	document, err := openapi.JSON()
	if err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	sum := sha256.Sum256(document)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	return func(c *gin.Context) {
		c.Header("ETag", tag)
		c.Header("Cache-Control", "public, max-age=300")
		if c.GetHeader("If-None-Match") == tag {
			c.Status(http.StatusNotModified)
			return
		}
		c.Data(http.StatusOK, "application/json", document)
	}, nil
}
