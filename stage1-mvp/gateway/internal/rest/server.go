package rest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/gin-gonic/gin"
	"go.uber.org/zap"

	"shop/gateway/internal/config"
	"shop/platform/logging"
)

// Server is the HTTP server with its listener.
type Server struct {
	service string
	cfg     config.Server
	http    *http.Server
	log     *zap.Logger
	failed  func()
}

// NewServer returns a server that does not listen yet. Each phase of a connection has a timeout, so that slow clients cannot hold
// connections.
func NewServer(service string, cfg config.Server, engine *gin.Engine, log *zap.Logger) *Server {
	return &Server{service: service, cfg: cfg, log: log, failed: func() {}, http: &http.Server{
		Handler:           engine,
		ReadHeaderTimeout: cfg.ReadTimeout,
		ReadTimeout:       cfg.ReadTimeout,
		WriteTimeout:      cfg.ReadTimeout + cfg.RequestTimeout + cfg.WriteTimeout,
		IdleTimeout:       cfg.IdleTimeout,
		MaxHeaderBytes:    cfg.MaxHeaderBytes,
		// net/http's own answer to OPTIONS * would bypass the limits, the log and the format of answers.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     zap.NewStdLog(log.WithOptions(zap.IncreaseLevel(zap.WarnLevel))),
	}}
}

// Start listens, so that a port that is already taken fails the start of the service, and serves in the background.
func (s *Server) Start(ctx context.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.cfg.Addr)
	if err != nil {
		return fmt.Errorf("listen for HTTP: %w", err)
	}
	s.Serve(listener)
	return nil
}

// Serve takes connections from the listener, in the background.
func (s *Server) Serve(listener net.Listener) {
	go func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("HTTP server ended", logging.Event(s.service+".service.failed"), logging.Error(err))
			s.failed()
		}
	}()
	s.log.Info("service started", logging.Event(s.service+".service.started"), zap.Stringer("addr", listener.Addr()))
}

// OnFailure sets a function that is called when the server ends without having been stopped. Set it before Start.
func (s *Server) OnFailure(f func()) { s.failed = f }

// Stop accepts no new connections and lets requests in progress finish. After DrainTimeout it closes their connections, so that the stop
// hooks after this one get their share of the time.
func (s *Server) Stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.DrainTimeout)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close() // a slow client is not a failure of the service
	}
	return nil
}
