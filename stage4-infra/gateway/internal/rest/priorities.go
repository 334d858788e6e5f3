package rest

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/middleware"
	"shop/platform/overload"
)

// priorities say what is refused first under overload: lists before purchases before cancellations and payments.
func priorities() middleware.Priorities {
	return middleware.Priorities{
		http.MethodDelete + " /v1/orders/:id":               overload.High,
		http.MethodPost + " /v1" + topUpsPath:               overload.High,
		http.MethodGet + " /v1" + topUpsPath + "/:id":       overload.High,
		http.MethodGet + " /v1/orders":                      overload.Low,
		http.MethodPost + " /v1/orders/batch-get":           overload.Low,
		http.MethodGet + " /v1/products":                    overload.Low,
		http.MethodGet + " /v1/wallets/me/entries":          overload.Low,
		http.MethodGet + " /v1/admin/orders":                overload.Low,
		http.MethodGet + " /v1/admin/jobs/:name/runs":       overload.Low,
		http.MethodPost + " /v1/admin/jobs/:name/backfills": overload.Low,
	}
}

// checkPriorities rejects a priority for a route that does not exist: the intended route would have none.
func checkPriorities(engine *gin.Engine) error {
	missing := priorities()
	for _, route := range engine.Routes() {
		delete(missing, route.Method+" "+route.Path)
	}
	for route := range missing {
		return fmt.Errorf("there is a priority for %s, but no such route", route)
	}
	return nil
}
