package rest

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/reply"
	"shop/platform/errs"
	"shop/platform/health"
)

const (
	livePath  = "/livez"
	readyPath = "/readyz"
)

// readiness is the state of the gateway and of the services behind it.
type readiness struct {
	Status string            `json:"status"`
	Probes map[string]string `json:"probes"`
}

// notReady is a failure with the state.
type notReady struct {
	reply.Failure
	Data readiness `json:"data"`
}

// live reports that the gateway itself works. It asks no service: restarting the gateway does not help when order is down.
func live(c *gin.Context) {
	reply.Data(c, http.StatusOK, gin.H{"status": "ok"})
}

// ready reports whether the gateway can serve. It asks nothing: the probes run in the background.
func ready(h *health.Health) gin.HandlerFunc {
	return func(c *gin.Context) {
		state := h.State()
		data := readiness{Status: "ready", Probes: make(map[string]string, len(state.Probes))}
		for name, up := range state.Probes {
			data.Probes[name] = "down"
			if up {
				data.Probes[name] = "up"
			}
		}
		if state.Ready {
			reply.Data(c, http.StatusOK, data)
			return
		}
		data.Status = "not_ready"
		if state.Stopping {
			data.Status = "stopping"
		}
		c.Header("Retry-After", "1")
		c.JSON(http.StatusServiceUnavailable, notReady{
			Failure: reply.Failure{Code: errs.Unavailable, Reason: "NOT_READY", Message: "the gateway is " + data.Status}, Data: data,
		})
	}
}
