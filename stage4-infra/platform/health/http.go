package health

import (
	"fmt"
	"net/http"
)

// The paths of the probes over HTTP.
const (
	LivePath  = "/livez"
	ReadyPath = "/readyz"
)

// Mux is what takes handlers by their patterns, as http.ServeMux.
type Mux interface {
	Handle(pattern string, handler http.Handler)
}

// RegisterHTTP adds the probes over HTTP: LivePath answers 200 as long as the process answers at all, ReadyPath while it is ready, and 503
// otherwise. The reason is in the log and the metrics.
func (h *Health) RegisterHTTP(mux Mux) {
	mux.Handle("GET "+LivePath, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "ok") }))
	mux.Handle("GET "+ReadyPath, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !h.State().Ready {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(w, "ready")
	}))
}
